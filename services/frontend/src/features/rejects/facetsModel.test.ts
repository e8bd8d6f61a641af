// SPDX-License-Identifier: Apache-2.0
// facetsModel.test - a count beside a facet is the number of rows a click on it shows.
import { expect, it } from 'vitest';
import type { RejectSummary, Report } from '../../api/types';
import { byColumn, byRule, byShape, countOf } from './facetsModel';

const summary: RejectSummary = {
	run_id: null,
	no: 1,
	total: 16,
	stored: 10,
	by_rule: [
		{ rule: 'type.integer', count: 9 },
		{ rule: 'required', count: 5 },
		{ rule: 'row.cells', count: 2 },
	],
	by_column: [
		{ column: 'qty', rule: 'type.integer', count: 9 },
		{ column: 'qty', rule: 'required', count: 1 },
		{ column: 'name', rule: 'required', count: 4 },
		{ column: null, rule: 'row.cells', count: 2 },
	],
};
const none = { rule: undefined, column: undefined };

it('counts rules within the chosen column', () => {
	expect(byRule(summary, none)).toEqual([['type.integer', 9], ['required', 5], ['row.cells', 2]]);
	expect(byRule(summary, { ...none, column: 'name' })).toEqual([['required', 4]]);
});

it('counts columns within the chosen rule', () => {
	expect(byColumn(summary, none)).toEqual([['qty', 10], ['name', 4]]);
	expect(byColumn(summary, { ...none, rule: 'required' })).toEqual([['name', 4], ['qty', 1]]);
	expect(byColumn(summary, { ...none, rule: 'type.integer' })).toEqual([['qty', 9]]);
});

it('keeps what is chosen, so that it can be taken back', () => {
	expect(byRule(summary, { rule: 'type.integer', column: 'name' })).toEqual([
		['required', 4],
		['type.integer', 0],
	]);
});

it('knows how many rows a choice has', () => {
	expect(countOf(summary, none)).toBe(16);
	expect(countOf(summary, { ...none, rule: 'required' })).toBe(5);
	expect(countOf(summary, { rule: 'required', column: 'qty' })).toBe(1);
	expect(countOf(summary, { rule: 'type.integer', column: 'name' })).toBe(0);
});

it('counts shapes within both', () => {
	const shapes: Report['shapes'] = [
		{ rule: 'type.integer', column: 'qty', shape: 'a', count: 7 },
		{ rule: 'required', column: 'name', shape: '', count: 4 },
		{ rule: 'enum', column: 'name', shape: 'a', count: 3 },
	];
	expect(byShape(shapes, none)).toEqual([['a', 10]]);
	expect(byShape(shapes, { ...none, column: 'name' })).toEqual([['a', 3]]);
});
