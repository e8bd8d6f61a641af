// SPDX-License-Identifier: Apache-2.0
// gridModel.test - moving, selecting and copying in a grid.
import { describe, expect, it } from 'vitest';
import { asTsv, fitted, inRows, moved, rangeOf } from './gridModel';

const size = { rows: 100, columns: 5, page: 20 };
const at = (row: number, column: number) => ({ row, column });

describe('moved', () => {
	it.each([
		['ArrowDown', at(3, 2), at(4, 2)],
		['j', at(99, 0), at(99, 0)],
		['k', at(0, 0), at(-1, 0)],
		['ArrowLeft', at(0, 0), at(0, 0)],
		['PageDown', at(90, 1), at(99, 1)],
		['PageUp', at(5, 1), at(0, 1)],
		['Home', at(5, 4), at(5, 0)],
		['End', at(5, 0), at(5, 4)],
	])('%s', (key, from, to) => expect(moved(from, key, false, size)).toEqual(to));
	it('goes to the corners with Ctrl', () => {
		expect(moved(at(5, 2), 'End', true, size)).toEqual(at(99, 4));
		expect(moved(at(5, 2), 'Home', true, size)).toEqual(at(0, 0));
	});
	it('leaves other keys alone', () => expect(moved(at(0, 0), 'x', false, size)).toBeNull());
	it('stays in an empty grid', () => {
		expect(moved(at(-1, 0), 'ArrowDown', false, { ...size, rows: 0 })).toEqual(at(-1, 0));
	});
});

describe('ranges', () => {
	const range = rangeOf({ active: at(1, 2), anchor: at(3, 1) });
	it('spans both corners', () => {
		expect(range).toEqual({ top: 1, bottom: 3, left: 1, right: 2 });
		expect([0, 1, 3, 4].map((row) => inRows(range, row))).toEqual([false, true, true, false]);
	});
	it('copies as TSV, quoting what would break it', () => {
		const text = (r: number, c: number) => (r === 1 && c === 1 ? 'a\t"b"' : `${r}.${c}`);
		expect(asTsv({ top: 0, bottom: 1, left: 0, right: 1 }, text)).toBe(
			'0.0\t0.1\n1.0\t"a\t""b"""',
		);
	});
	it('copies one cell untouched', () => {
		expect(asTsv({ top: 0, bottom: 0, left: 0, right: 0 }, () => 'a\nb"')).toBe('a\nb"');
	});
});

describe('fitted', () => {
	it('gives the rest to the last column', () => {
		expect(fitted([100, 50], 300)).toEqual([100, 200]);
		expect(fitted([100, 250], 300)).toEqual([100, 250]);
	});
});
