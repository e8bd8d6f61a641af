// SPDX-License-Identifier: Apache-2.0
// mock - a stand-in for the suite while a screen is being drawn (vite dev only; never in the build).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { answers } from './answers';

function reply(res: ServerResponse, status: number, body: unknown): void {
	res.statusCode = status;
	res.setHeader('content-type', status < 400 ? 'application/json' : 'application/problem+json');
	res.end(JSON.stringify(body));
}

function events(res: ServerResponse, runs: unknown): void {
	res.setHeader('content-type', 'text/event-stream');
	res.write(`event: snapshot\ndata: ${JSON.stringify({ runs })}\n\n`);
	const beat = setInterval(() => res.write(': heartbeat\n\n'), 15_000);
	res.on('close', () => clearInterval(beat));
}

export function mock(): Plugin {
	return {
		name: 'millrace-mock',
		apply: 'serve',
		configureServer(server) {
			server.middlewares.use((req: IncomingMessage, res: ServerResponse, next: () => void) => {
				const path = (req.url ?? '').split('?')[0] ?? '';
				if (!path.startsWith('/api/') && !path.startsWith('/auth/')) return next();
				if (path === '/api/events') return events(res, answers.runs);
				const body = answers.of(req.method ?? 'GET', path);
				if (body === undefined) {
					return reply(res, 404, { title: 'No such thing', status: 404, code: 'not_found' });
				}
				return reply(res, 200, body);
			});
		},
	};
}
