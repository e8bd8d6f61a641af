// SPDX-License-Identifier: Apache-2.0
// fields.test - changing a field keeps what it does not understand and drops what no longer holds.
import { describe, expect, it } from 'vitest';
import type { ContractField } from '../../api/types';
import {
	bound,
	listOf,
	rulesText,
	typeOf,
	withAliases,
	withConstraint,
	withField,
	withType,
} from './fields';

const amount: ContractField = {
	name: 'amount',
	type: 'number',
	format: 'default',
	constraints: { required: true },
	millrace: { type: 'decimal', precision: 10, scale: 2, aliases: ['Betrag'], note: 'kept' },
};

describe('types', () => {
	it('reads ours first, then the standard one', () => {
		expect(typeOf(amount)).toBe('decimal');
		expect(typeOf({ name: 'a', type: 'datetime' })).toBe('timestamp');
		expect(typeOf({ name: 'a', type: 'geopoint' })).toBe('text');
	});
	it('changes both and drops format, precision and scale', () => {
		expect(withType(amount, 'text')).toEqual({
			name: 'amount',
			type: 'string',
			constraints: { required: true },
			millrace: { type: 'text', aliases: ['Betrag'], note: 'kept' },
		});
		expect(withType(amount, 'decimal')).toBe(amount);
	});
});

describe('constraints', () => {
	it('sets and removes one, and the object with the last', () => {
		const more = withConstraint(amount, 'minimum', 0);
		expect(more.constraints).toEqual({ required: true, minimum: 0 });
		const none = withConstraint(withConstraint(more, 'minimum', undefined), 'required', undefined);
		expect('constraints' in none).toBe(false);
	});
	it.each([
		['integer', '5', 5],
		['integer', '9007199254740993', '9007199254740993'],
		['decimal', '1.50', '1.50'],
		['date', '2026-01-01', '2026-01-01'],
		['text', ' ', undefined],
	] as const)('%s bound %j', (type, text, value) => expect(bound(type, text)).toBe(value));
	it('is one line in the list', () => {
		const f = withConstraint(withConstraint(amount, 'minimum', 0), 'enum', ['a', 'b']);
		expect(rulesText(f, { required: 'required' })).toBe('required · ≥ 0 · a | b');
	});
});

it('reads lists and aliases', () => {
	expect(listOf(' A; b ;;')).toEqual(['A', 'b']);
	expect(withAliases(amount, []).millrace).not.toHaveProperty('aliases');
	const doc = withField({ fields: [amount] }, 0, { name: 'x', type: 'string' });
	expect(doc.fields[0]?.name).toBe('x');
});
