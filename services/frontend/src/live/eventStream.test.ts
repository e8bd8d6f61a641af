// SPDX-License-Identifier: Apache-2.0
// eventStream.test - events survive any cut of the bytes.
import { describe, expect, it } from 'vitest';
import { EventParser, type StreamEvent } from './eventStream';

const wire =
	': heartbeat\n\nevent: snapshot\ndata: {"runs":\ndata: []}\n\nevent: run\r\ndata:{"id":1}\r\n\r\nevent: ping\n\ndata: x\n\n';

function parse(cut: number): StreamEvent[] {
	const seen: StreamEvent[] = [];
	const parser = new EventParser((e) => seen.push(e));
	for (let i = 0; i < wire.length; i += cut) parser.push(wire.slice(i, i + cut));
	return seen;
}

describe('EventParser', () => {
	it.each([1, 2, 3, 7, 1000])('cut every %d characters', (cut) => {
		expect(parse(cut)).toEqual([
			{ event: 'snapshot', data: '{"runs":\n[]}' },
			{ event: 'run', data: '{"id":1}' },
			{ event: 'message', data: 'x' },
		]);
	});
});
