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

function body(req: IncomingMessage, then: (text: string) => void): void {
	let text = '';
	req.on('data', (part) => (text += String(part)));
	req.on('end', () => then(text));
}

const STEP_MS = 400;

function tell(res: ServerResponse, told: [event: string, data: unknown][]): void {
	const left = [...told];
	res.setHeader('content-type', 'text/event-stream');
	const step = setInterval(() => {
		const next = left.shift();
		if (next !== undefined) res.write(`event: ${next[0]}\ndata: ${JSON.stringify(next[1])}\n\n`);
		if (left.length === 0) res.end();
	}, STEP_MS);
	res.on('close', () => clearInterval(step));
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
				if (req.method === 'PUT' && path.endsWith('/contract/draft')) {
					return body(req, (text) => reply(res, 200, answers.keep(path, JSON.parse(text))));
				}
				req.resume();
				const told = answers.stream(req.method ?? 'GET', path);
				if (told !== undefined) return tell(res, told);
				const answer = answers.of(req.method ?? 'GET', path);
				if (answer === undefined) {
					return reply(res, 404, { title: 'No such thing', status: 404, code: 'not_found' });
				}
				return reply(res, 200, answer);
			});
		},
	};
}
