// SPDX-License-Identifier: Apache-2.0
// guess.test - headers of any dialect, and the dataset they fit best.
import { describe, expect, it } from 'vitest';
import type { ContractDoc, Inspection } from '../../api/types';
import {
	freeName,
	guessesFrom,
	guessesOf,
	headerOf,
	nameFrom,
	presetOf,
	slug,
	withNamed,
} from './guess';

const doc = (...names: string[]): ContractDoc => ({
	fields: names.map((name) => ({ name, type: 'string', millrace: { aliases: [`Alt ${name}`] } })),
});

describe('headerOf', () => {
	it.each([
		['a,b,c\n1,2,3', ['a', 'b', 'c']],
		['\ufeffa;b ;"c;d"\r\n1', ['a', 'b', 'c;d']],
		['a\tb', ['a', 'b']],
		['', []],
	])('%j', (text, header) => expect(headerOf(text)).toEqual(header));
});

describe('names', () => {
	it.each([
		['Orders 2026-11 (1).csv', 'orders'],
		['online_sales.csv', 'online_sales'],
		['Bestellübersicht.CSV', 'bestellubersicht'],
		['2026.csv', 'new_dataset'],
		['orders.csv.gz', 'orders'],
		['orders.tsv.zst', 'orders'],
		['orders.GZ', 'orders'],
		['orders.v2', 'orders'],
	])('%s proposes %s', (file, name) => expect(nameFrom(file)).toBe(name));
	it('slugs', () => expect(slug('  Order ID ')).toBe('order_id'));
});

describe('freeName', () => {
	it('never proposes a name that is taken', () => {
		expect(freeName('orders', new Set())).toBe('orders');
		expect(freeName('orders', new Set(['orders', 'orders_2']))).toBe('orders_3');
		const long = 'a'.repeat(48);
		expect(freeName(long, new Set([long]))).toBe(`${'a'.repeat(46)}_2`);
	});
});

describe('guessesOf', () => {
	const candidates = [
		{ ref: 'sales', doc: doc('order_id', 'amount', 'region') },
		{ ref: 'people', doc: doc('name', 'mail') },
		{ ref: 'empty', doc: null },
	];
	it('fits by names and aliases', () => {
		expect(guessesOf(['Order ID', 'Alt amount', 'region'], candidates)).toEqual([
			{ ref: 'sales', matched: 3, columns: 3, fits: true, by: 'header' },
		]);
	});
	it('says nothing when little fits', () => {
		expect(guessesOf(['name', 'b', 'c', 'd'], candidates)).toEqual([]);
	});
});

describe('what is chosen beforehand', () => {
	const match = (dataset: string, matched: number, of: number) => ({
		dataset,
		domain: 'default',
		matched,
		columns: of,
		fields: of,
		fits: matched === of,
	});
	const found = (...list: Array<ReturnType<typeof match>>): Inspection => ({
		verdict: 'table',
		reason: null,
		bytes: 100,
		dataset: list[0] ?? null,
		other_datasets: list.slice(1),
	});
	const refs = ['a', 'b', 'people'];
	it('is not a dataset that half the columns fit', () => {
		const half = guessesFrom(found(match('a', 6, 12)), refs);
		expect(half).toMatchObject([{ ref: 'a', matched: 6, columns: 12, fits: false }]);
		expect(presetOf(half, 'x.csv')).toBeNull();
	});
	it('is the one dataset that fits', () => {
		expect(presetOf(guessesFrom(found(match('a', 12, 12), match('b', 6, 12)), refs), 'x.csv')).toBe('a');
	});
	it('is none of two that fit as well, unless the file has its name', () => {
		const both = guessesFrom(found(match('a', 2, 2), match('b', 2, 2)), refs);
		expect(both.map((g) => g.ref)).toEqual(['a', 'b']);
		expect(presetOf(both, 'x.csv')).toBeNull();
		expect(presetOf(both, 'b_2026.csv')).toBe('b');
	});
	it('is not one that only has the name of the file, or may not be filled', () => {
		const named = withNamed([], 'people_2026.csv', refs);
		expect(named).toMatchObject([{ ref: 'people', by: 'name' }]);
		expect(presetOf(named, 'people_2026.csv')).toBeNull();
		expect(guessesFrom(found(match('other', 2, 2)), refs)).toEqual([]);
	});
});
