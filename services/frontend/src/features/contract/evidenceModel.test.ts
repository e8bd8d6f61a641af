// SPDX-License-Identifier: Apache-2.0
// evidenceModel.test - evidence follows a renamed column, and delimiters are known by name.
import { describe, expect, it } from 'vitest';
import { ambiguousFields, delimiterOf, evidenceOf } from './evidenceModel';

const evidence = { columns: [{ name: 'a' }, { name: 'b' }] };
const field = (name: string) => ({ name, type: 'string' });

describe('evidenceOf', () => {
	it.each([
		['b', 0, 'b'],
		['renamed', 1, 'b'],
	])('%s at %d', (name, index, found) => {
		expect(evidenceOf(evidence, field(name), index)?.name).toBe(found);
	});
	it('is nothing without evidence', () => expect(evidenceOf(null, field('a'), 0)).toBeNull());
});

it.each([
	[{ delimiter: 'semicolon' }, ';'],
	[{ delimiter: '|' }, '|'],
	[null, ','],
])('%j', (dialect, c) => expect(delimiterOf(dialect)).toBe(c));

it('names the columns that can be read in two ways', () => {
	const doubtful = { columns: [{ name: 'a' }, { name: 'b', ambiguous: 'day or month first' }] };
	expect(ambiguousFields(doubtful, [field('a'), field('renamed')])).toEqual(['renamed']);
	expect(ambiguousFields(null, [field('a')])).toEqual([]);
});
