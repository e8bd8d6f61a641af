// SPDX-License-Identifier: Apache-2.0
// guess.test - headers of any dialect, and the dataset they fit best.
import { describe, expect, it } from 'vitest';
import type { ContractDoc } from '../../api/types';
import { bestGuess, headerOf, nameFrom, slug } from './guess';

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
	])('%s proposes %s', (file, name) => expect(nameFrom(file)).toBe(name));
	it('slugs', () => expect(slug('  Order ID ')).toBe('order_id'));
});

describe('bestGuess', () => {
	const candidates = [
		{ ref: 'sales', doc: doc('order_id', 'amount', 'region') },
		{ ref: 'people', doc: doc('name', 'mail') },
		{ ref: 'empty', doc: null },
	];
	it('fits by names and aliases', () => {
		expect(bestGuess(['Order ID', 'Alt amount', 'region'], 'x.csv', candidates)).toEqual({
			ref: 'sales',
			matched: 3,
			columns: 3,
			by: 'header',
		});
	});
	it('says nothing when little fits', () => {
		expect(bestGuess(['name', 'b', 'c', 'd'], 'x.csv', candidates)).toBeNull();
	});
	it('falls back to the name of the file', () => {
		expect(bestGuess(['x'], 'people_2026.csv', candidates)).toMatchObject({ ref: 'people', by: 'name' });
	});
});
