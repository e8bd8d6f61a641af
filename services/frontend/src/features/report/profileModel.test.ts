// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { ProfileColumn } from '../../api/types';
import { barsOf, distinctOf, emptyOf, quantilesOf, topOf } from './profileModel';

const column = (more: Partial<ProfileColumn>): ProfileColumn => ({
	name: 'a',
	type: 'integer',
	values: 90,
	nulls: 10,
	distinct: { count: 7, exact: true },
	...more,
});

describe('profileModel', () => {
	it('draws bins as parts of the highest', () => {
		const bars = barsOf(
			column({ histogram: { exact: true, edges: { value: ['0', '5', '9'] }, counts: [1, 4] } }),
		);
		expect(bars).toEqual([
			{ share: 0.25, count: 1, from: '0', to: '5' },
			{ share: 1, count: 4, from: '5', to: '9' },
		]);
		expect(barsOf(column({}))).toEqual([]);
	});
	it('rounds what was estimated', () => {
		expect(distinctOf(column({}))).toEqual({ text: '7', exact: true });
		const many = column({ distinct: { count: 123456, exact: false } });
		expect(distinctOf(many)).toEqual({ text: '123,000', exact: false });
	});
	it('says how many cells are empty', () => {
		expect(emptyOf(column({}))).toBe('10 %');
		expect(emptyOf(column({ nulls: 0, values: 0 }))).toBe('0 %');
	});
	it('shares the top values out of those counted', () => {
		const top = { exact: false, of: 50, values: [{ value: 'x', count: 25 }] };
		expect(topOf(column({ top }))).toEqual([{ value: 'x', count: 25, share: 0.5 }]);
	});
	it('calls nothing frequent where all values differ', () => {
		const top = { exact: true, values: ['x', 'y'].map((value) => ({ value, count: 1 })) };
		expect(topOf(column({ top }))).toEqual([]);
	});
	it('lists quantiles that are there', () => {
		const quantiles = { exact: true, p50: { value: '3' }, p05: { value: '1' }, p95: {} };
		expect(quantilesOf(column({ quantiles }))).toEqual([
			['p05', '1'],
			['p50', '3'],
		]);
	});
});
