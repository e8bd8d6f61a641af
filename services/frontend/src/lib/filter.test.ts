// SPDX-License-Identifier: Apache-2.0
// filter.test - what is written into the address comes back the same.
import { describe, expect, it } from 'vitest';
import { formatFilter, loadFilter, loadOf, parseFilter, type Condition } from './filter';

const cases: Condition[][] = [
	[{ column: 'amount', op: 'gt', value: '5' }],
	[
		{ column: 'a:b;c', op: 'eq', value: 'x\\:;y' },
		{ column: 'region', op: 'notnull', value: '' },
	],
	[{ column: 'at', op: 'ge', value: '2026-01-01 10:00:00' }],
];

describe('filter', () => {
	it.each(cases.map((c) => [formatFilter(c), c] as const))('%s', (text, conditions) => {
		expect(parseFilter(text)).toEqual(conditions);
	});
	it('is nothing when there is none', () => {
		expect(formatFilter([])).toBeUndefined();
		expect(parseFilter(undefined)).toEqual([]);
		expect(parseFilter('a:nonsense:1;;')).toEqual([]);
	});
	it('knows the rows of one load from other conditions', () => {
		expect(loadFilter(41)).toBe('_load:eq:41');
		expect(formatFilter(parseFilter(loadFilter(41)))).toBe(loadFilter(41));
		expect(parseFilter('_load:eq:41;_load:gt:3;amount:eq:41').map(loadOf)).toEqual(['41', null, null]);
	});
	it('reads values with plain colons as people type them', () => {
		expect(parseFilter('at:lt:10:30')).toEqual([{ column: 'at', op: 'lt', value: '10:30' }]);
	});
});
