// SPDX-License-Identifier: Apache-2.0
// eventStream - server-sent events over fetch.
//
// The browser's own EventSource hides comments, so its users cannot tell a quiet server (heartbeats
// arrive) from a dead connection, and it hides the status of a refusal. This reader shows both.

export interface StreamEvent {
	event: string;
	data: string;
}

/** Feeds text in any cut; calls back for each whole event. Comments count as life, not as events. */
export class EventParser {
	private rest = '';
	private event = '';
	private data: string[] = [];
	private readonly emit: (e: StreamEvent) => void;

	constructor(emit: (e: StreamEvent) => void) {
		this.emit = emit;
	}

	push(text: string): void {
		const lines = (this.rest + text).split('\n');
		this.rest = lines.pop() ?? '';
		for (const line of lines) this.line(line.endsWith('\r') ? line.slice(0, -1) : line);
	}

	private line(line: string): void {
		if (line === '') {
			this.dispatch();
			return;
		}
		const colon = line.indexOf(':');
		if (colon === 0) return;
		const field = colon < 0 ? line : line.slice(0, colon);
		const raw = colon < 0 ? '' : line.slice(colon + 1);
		const value = raw.startsWith(' ') ? raw.slice(1) : raw;
		if (field === 'event') this.event = value;
		else if (field === 'data') this.data.push(value);
	}

	private dispatch(): void {
		if (this.data.length > 0) {
			this.emit({ event: this.event === '' ? 'message' : this.event, data: this.data.join('\n') });
		}
		this.event = '';
		this.data = [];
	}
}

export interface StreamHandlers {
	onOpen: () => void;
	/** any byte, heartbeats too */
	onAlive: () => void;
	onEvent: (e: StreamEvent) => void;
}

/** Reads until the stream ends or signal aborts. Rejects with the status when it was refused. */
export async function readEvents(
	url: string,
	handlers: StreamHandlers,
	signal: AbortSignal,
): Promise<void> {
	const response = await fetch(url, {
		headers: { Accept: 'text/event-stream' },
		credentials: 'same-origin',
		cache: 'no-store',
		signal,
	});
	if (!response.ok || response.body === null) throw new StreamRefused(response.status);
	handlers.onOpen();
	const parser = new EventParser(handlers.onEvent);
	const decoder = new TextDecoder();
	const reader = response.body.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		handlers.onAlive();
		parser.push(decoder.decode(value, { stream: true }));
	}
}

export class StreamRefused extends Error {
	readonly status: number;

	constructor(status: number) {
		super(`event stream refused: ${status}`);
		this.status = status;
	}
}
