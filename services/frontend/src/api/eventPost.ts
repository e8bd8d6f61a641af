// SPDX-License-Identifier: Apache-2.0
// eventPost - a POST that answers with a stream of events; ending the signal ends the work behind it.
import { getCsrfToken, reportSessionLost } from './client';
import { fetched, problemFrom } from './problem';

export interface PostedEvent {
	event: string;
	data: unknown;
}

/** One "event: …\ndata: …" block; comments and blocks without data are null. */
export function readBlock(block: string): PostedEvent | null {
	let event = 'message';
	let data = '';
	for (const line of block.split('\n')) {
		if (line.startsWith('event: ')) event = line.slice(7);
		else if (line.startsWith('data: ')) data += line.slice(6);
	}
	return data === '' ? null : { event, data: JSON.parse(data) as unknown };
}

export async function eventPost(
	path: string,
	o: { etag?: string | undefined; signal: AbortSignal },
	onEvent: (e: PostedEvent) => void,
): Promise<void> {
	const token = getCsrfToken();
	const response = await fetched(path, {
		method: 'POST',
		credentials: 'same-origin',
		signal: o.signal,
		headers: {
			Accept: 'text/event-stream',
			...(token === null ? {} : { 'X-CSRF-Token': token }),
			...(o.etag === undefined ? {} : { 'If-Match': o.etag }),
		},
	});
	if (!response.ok || response.body === null) {
		if (response.status === 401) reportSessionLost();
		const header = (name: string) => response.headers.get(name);
		throw problemFrom(response.status, await response.text(), header);
	}
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		const blocks = (rest + value).split('\n\n');
		rest = blocks.pop() ?? '';
		for (const block of blocks) {
			const e = readBlock(block);
			if (e !== null) onEvent(e);
		}
	}
}
