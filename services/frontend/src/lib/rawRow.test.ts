// SPDX-License-Identifier: Apache-2.0
// rawRow.test - the marked cell is the one that was meant.
import { describe, expect, it } from 'vitest';
import { cutAt, cutAtChars } from './rawRow';

describe('cutAt', () => {
	it.each([
		['a,b,c', 0, ',', 'a'],
		['a,b,c', 2, ',', 'c'],
		['1;"x;y";3\r\n', 1, ';', '"x;y"'],
		['1;"x ""q"";y";3\n', 2, ';', '3'],
		['a,,c', 1, ',', ''],
		['a,b,', 2, ',', ''],
	])('%j cell %d', (raw, index, delimiter, cell) => {
		const cut = cutAt(raw, index, delimiter);
		expect(cut?.cell).toBe(cell);
		expect(`${cut?.before}${cut?.cell}${cut?.after}`).toBe(raw);
	});
	it('knows a row that is too short', () => {
		expect(cutAt('a,b\n', 5, ',')).toBeNull();
		expect(cutAt('a,"b', 2, ',')).toBeNull();
	});
});

describe('cutAtChars', () => {
	it('counts characters, not units', () => {
		expect(cutAtChars('𝒳é,bad,1', 3, 3)).toEqual({ before: '𝒳é,', cell: 'bad', after: ',1' });
	});
	it('points between two delimiters at an empty cell', () => {
		expect(cutAtChars('a,,b', 2, 0)).toEqual({ before: 'a,', cell: '', after: ',b' });
	});
});
