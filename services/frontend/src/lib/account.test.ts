// SPDX-License-Identifier: Apache-2.0
// account.test - the equations add up, and are two when a pipeline changed the number of rows.
import { describe, expect, it } from 'vitest';
import { balanced, equations, rejectedOf, shortEquation, unjudged } from './account';

const load = { received: 98, inserted: 90, updated: 5, unchanged: 2, deduplicated: 0, refused: 1 };

describe('equations', () => {
	it('is one when every good row was received', () => {
		const [e, ...more] = equations({ check: { read: 100, good: 98, repaired: 0, rejected: 2 }, load });
		expect(more).toEqual([]);
		expect(e?.parts.map((p) => `${p.count} ${p.name}`)).toEqual([
			'90 loaded',
			'5 updated',
			'2 unchanged',
			'3 rejected',
		]);
		expect(e !== undefined && balanced(e)).toBe(true);
	});
	it('is two when they differ', () => {
		const both = equations({ check: { read: 1000, good: 1000, repaired: 0, rejected: 0 }, load });
		expect(both.map((e) => [e.stage, e.total, balanced(e)])).toEqual([
			['check', 1000, true],
			['load', 98, true],
		]);
	});
	it('shows what was checked when nothing was loaded', () => {
		expect(equations({ check: { read: 10, good: 0, repaired: 0, rejected: 10 } })).toEqual([
			{ stage: 'check', total: 10, parts: [{ name: 'rejected', count: 10 }] },
		]);
		expect(equations(null)).toEqual([]);
	});
	const mended = {
		check: { read: 20_003, good: 19_550, repaired: 450, rejected: 3 },
		load: { received: 20_000, inserted: 20_000, updated: 0, unchanged: 0, deduplicated: 0, refused: 0 },
	};
	it('names the repaired rows of a load', () => {
		const words = equations(mended).map((e) => e.parts.map((p) => `${p.count} ${p.name}`).join(' + '));
		expect(words).toEqual(['19550 good + 450 repaired + 3 rejected', '20000 loaded']);
		expect(equations(mended).every(balanced)).toBe(true);
	});
	it('keeps the refused rows in the short one, and says how many were repaired', () => {
		const e = shortEquation(mended);
		expect(e).toMatchObject({ total: 20_003, repaired: 450 });
		expect(e?.parts).toEqual([
			{ name: 'loaded', count: 20_000 },
			{ name: 'rejected', count: 3 },
		]);
		expect(shortEquation(null)).toBeNull();
	});
	it('does not call the rows of a draft good', () => {
		const draft = unjudged({ check: { read: 7, good: 7, repaired: 0, rejected: 0 }, load: null });
		expect(equations(draft)).toEqual([
			{ stage: 'check', total: 7, parts: [{ name: 'unjudged', count: 7 }] },
		]);
	});
	it('sees books that do not add up', () => {
		expect(balanced({ stage: 'load', total: 5, parts: [{ name: 'loaded', count: 4 }] })).toBe(false);
	});
});

it('counts rejects of both stages', () => {
	expect(rejectedOf({ check: { read: 3, good: 1, repaired: 0, rejected: 2 }, load })).toBe(3);
});
