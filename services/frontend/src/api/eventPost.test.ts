// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readBlock } from './eventPost';

describe('readBlock', () => {
	it('reads name and data', () => {
		expect(readBlock('event: result\ndata: {"a":1}')).toEqual({ event: 'result', data: { a: 1 } });
	});
	it('passes over comments', () => {
		expect(readBlock(': heartbeat')).toBeNull();
	});
});
