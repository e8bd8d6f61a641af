// SPDX-License-Identifier: Apache-2.0
// fields.test - changing a field keeps what it does not understand and drops what no longer holds.
import { describe, expect, it } from 'vitest';
import type { ContractField } from '../../api/types';
import {
	bound,
	foreignKeys,
	listOf,
	rulesText,
	typeOf,
	lengthOf,
	primaryKey,
	rowRules,
	missingText,
	withMember,
	withMissing,
	withOwn,
	withPrimaryKey,
	withRowRules,
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
		expect(typeOf({ name: 'a', type: 'geopoint' })).toBe('geopoint');
		expect(typeOf({ name: 'a', type: 'string', format: 'uuid' })).toBe('uuid');
	});
	it('takes a field without a type for text, and an object or a list for JSON', () => {
		expect(typeOf({ name: 'a' })).toBe('text');
		expect(typeOf({ name: 'a', format: 'uuid' })).toBe('uuid');
		expect(typeOf({ name: 'a', type: 'object' })).toBe('json');
		expect(typeOf({ name: 'a', type: 'array' })).toBe('json');
	});
	it('takes a format with an offset for a point in time, as the check does, unless ours says else', () => {
		const at = (format: string, type?: string): ContractField => ({
			name: 'at',
			type: 'datetime',
			format,
			...(type === undefined ? {} : { millrace: { type } }),
		});
		for (const format of ['%Y-%m-%dT%H:%M:%S%z', 'fmt:%d.%m.%Y %H:%M %z', '%%%z'])
			expect(typeOf(at(format))).toBe('timestamptz');
		for (const format of ['default', 'any', '%Y-%m-%d %H:%M:%S', '%Y%%z', '%', 'z'])
			expect(typeOf(at(format))).toBe('timestamp');
		expect(typeOf(at('%Y-%m-%d%z', 'timestamp'))).toBe('timestamp');
		expect(typeOf({ name: 't', type: 'time', format: '%H:%M%z' })).toBe('time');
		const field = at('%Y-%m-%dT%H:%M:%S%z');
		expect(withType(field, 'timestamptz')).toBe(field);
		expect(withType(field, 'timestamp')).toEqual({
			name: 'at',
			type: 'datetime',
			millrace: { type: 'timestamp' },
		});
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
		expect(rulesText(f, { required: 'required', unique: 'unique' })).toBe('required · ≥ 0 · a | b');
	});
});

it('reads lists and aliases', () => {
	expect(listOf(' A; b ;;')).toEqual(['A', 'b']);
	expect(withOwn(amount, 'aliases', []).millrace).not.toHaveProperty('aliases');
	const doc = withField({ fields: [amount] }, 0, { name: 'x', type: 'string' });
	expect(doc.fields[0]?.name).toBe('x');
});

it('sets and takes away members, ours and theirs', () => {
	expect(withMember(amount, 'decimalChar', ',')).toMatchObject({ decimalChar: ',', name: 'amount' });
	expect(withMember(amount, 'format', '')).not.toHaveProperty('format');
	expect(withOwn(amount, 'zone', 'Europe/Berlin').millrace).toMatchObject({
		zone: 'Europe/Berlin',
		note: 'kept',
	});
});

it('leaves the words for null as they are until their line is changed', () => {
	const fields = [amount];
	for (const missingValues of [[], ['-'], ['n/a', ''], ['', ' ', 'a;b'], ['', 'NA']]) {
		const doc = { fields, missingValues };
		expect(withMissing(doc, missingText(doc))).toBe(doc);
	}
	const none = { fields };
	expect(withMissing(none, missingText(none))).toBe(none);
	expect(withMissing(none, ' NA; - ;')).toEqual({ fields, missingValues: ['', 'NA', '-'] });
	expect(withMissing({ fields, missingValues: ['', '-'] }, '')).toEqual({ fields, missingValues: [''] });
});

it('keeps rules, keys and lengths', () => {
	const doc = { fields: [amount], millrace: { budget_pct: 2 } };
	const one = withRowRules(doc, [{ name: 'r', expr: 'amount > 0' }]);
	expect(rowRules(one)).toHaveLength(1);
	expect(withRowRules(one, []).millrace).toEqual({ budget_pct: 2 });
	expect(primaryKey({ fields: [], primaryKey: 'id' })).toEqual(['id']);
	expect(primaryKey(withPrimaryKey(doc, ['a', 'b']))).toEqual(['a', 'b']);
	expect(withPrimaryKey({ fields: [], primaryKey: 'id' }, [])).not.toHaveProperty('primaryKey');
	expect(lengthOf('3')).toBe(3);
	expect(lengthOf('-1')).toBeUndefined();
	expect(lengthOf('')).toBeUndefined();
});

describe('foreign keys', () => {
	it('are read with names alone and in lists', () => {
		const doc = {
			fields: [],
			foreignKeys: [
				{ fields: 'parent', reference: { resource: '', fields: 'id' } },
				{ fields: ['shop', 'day'], reference: { resource: 'days', fields: ['shop', 'day'] } },
			],
		};
		expect(foreignKeys(doc)).toEqual([
			{ fields: ['parent'], resource: '', to: ['id'] },
			{ fields: ['shop', 'day'], resource: 'days', to: ['shop', 'day'] },
		]);
	});
	it('are none where the document has none, or something else', () => {
		expect(foreignKeys({ fields: [] })).toEqual([]);
		expect(foreignKeys({ fields: [], foreignKeys: [null, 3, { fields: 4 }] })).toEqual([]);
	});
});
