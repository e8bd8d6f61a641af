// SPDX-License-Identifier: Apache-2.0
// fields - reading and changing one field of a contract document (Frictionless Table Schema).
import type { ContractDoc, ContractField } from '../../api/types';

export const types = [
	'integer',
	'decimal',
	'double',
	'boolean',
	'date',
	'time',
	'timestamp',
	'timestamptz',
	'duration',
	'uuid',
	'json',
	'text',
] as const;
export type FieldType = (typeof types)[number];

const frictionless: Record<FieldType, string> = {
	integer: 'integer',
	decimal: 'number',
	double: 'number',
	boolean: 'boolean',
	date: 'date',
	time: 'time',
	timestamp: 'datetime',
	timestamptz: 'datetime',
	duration: 'duration',
	uuid: 'string',
	json: 'object',
	text: 'string',
};

const plain: Record<string, FieldType> = {
	integer: 'integer',
	number: 'decimal',
	boolean: 'boolean',
	date: 'date',
	time: 'time',
	datetime: 'timestamp',
	duration: 'duration',
	string: 'text',
	object: 'json',
	array: 'json',
};

/** Has a format %z? As the check looks for it: %% is a per cent sign. */
function hasOffset(format: unknown): boolean {
	return typeof format === 'string' && /^(?:[^%]|%[^z])*%z/.test(format);
}

/**
 * The type we know a field by; a type of the standard that we have no word for is its own name. The
 * standard's first version lets a field do without: it is a string then. A datetime whose format has
 * an offset is a point in time, unless ours says what it is.
 */
export function typeOf(field: ContractField): string {
	const own = field.millrace?.type;
	if (own !== undefined && types.includes(own as FieldType)) return own;
	const type = field.type ?? 'string';
	if (type === 'string' && field.format === 'uuid') return 'uuid';
	if (type === 'datetime' && own === undefined && hasOffset(field.format)) return 'timestamptz';
	return plain[type] ?? type;
}

/** A new type takes what only the old one understood with it. */
export function withType(field: ContractField, type: FieldType): ContractField {
	if (type === typeOf(field)) return field;
	const {
		format: _format,
		trueValues: _yes,
		falseValues: _no,
		decimalChar: _decimal,
		groupChar: _group,
		bareNumber: _bare,
		...rest
	} = field;
	const { precision: _p, scale: _s, zone: _zone, locale: _locale, ...own } = field.millrace ?? {};
	return { ...rest, type: frictionless[type], millrace: { ...own, type } };
}

export const numbers = ['integer', 'decimal', 'double'];
export const times = ['date', 'time', 'timestamp', 'timestamptz'];
/** Types whose values have an order, so that bounds mean something. */
export const ranged = [...numbers, ...times, 'year'];

/** A member set, or taken away when it is empty. */
export function withMember(field: ContractField, key: string, value: unknown): ContractField {
	const { [key]: _old, ...rest } = field;
	const next = rest as ContractField;
	return value === undefined || value === '' ? next : { ...next, [key]: value };
}

/** The same under our own key. */
export function withOwn(field: ContractField, key: string, value: unknown): ContractField {
	const { [key]: _old, ...own } = field.millrace ?? {};
	const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
	return { ...field, millrace: empty ? own : { ...own, [key]: value } };
}

type Constraints = NonNullable<ContractField['constraints']>;

export function withConstraint<K extends keyof Constraints>(
	field: ContractField,
	key: K,
	value: Constraints[K] | undefined,
): ContractField {
	const { [key]: _old, ...rest } = field.constraints ?? {};
	const constraints: Constraints = value === undefined ? rest : { ...rest, [key]: value };
	const { constraints: _all, ...without } = field;
	return Object.keys(constraints).length === 0 ? without : { ...without, constraints };
}

export function withField(doc: ContractDoc, index: number, field: ContractField): ContractDoc {
	return { ...doc, fields: doc.fields.map((f, i) => (i === index ? field : f)) };
}

/** "A; B ;" -> ["A", "B"]: what people type into one line. */
export function listOf(text: string): string[] {
	return text
		.split(';')
		.map((s) => s.trim())
		.filter((s) => s !== '');
}

/** The words for null beside the empty cell, in one line. */
export function missingText(doc: ContractDoc): string {
	return (doc.missingValues ?? []).filter((v) => v !== '').join('; ');
}

/** What the line says, once it says something else: some words cannot be written in it. */
export function withMissing(doc: ContractDoc, text: string): ContractDoc {
	return text === missingText(doc) ? doc : { ...doc, missingValues: ['', ...listOf(text)] };
}

export function boundText(value: string | number | undefined): string {
	return value === undefined ? '' : String(value);
}

/** Numbers that survive as JSON numbers are numbers; the rest (wide, dates) stay text. */
export function bound(type: string, text: string): string | number | undefined {
	const s = text.trim();
	if (s === '') return undefined;
	const n = Number(s);
	return numbers.includes(type) && Number.isFinite(n) && String(n) === s ? n : s;
}

/** Constraints as one short line for the list. */
export function rulesText(field: ContractField, words: { required: string; unique: string }): string {
	const c = field.constraints ?? {};
	const parts: string[] = [];
	if (c.required === true) parts.push(words.required);
	if (c.minimum !== undefined) parts.push(`≥ ${c.minimum}`);
	if (c.maximum !== undefined) parts.push(`≤ ${c.maximum}`);
	if (c.enum !== undefined) parts.push(c.enum.join(' | '));
	if (c.pattern !== undefined) parts.push(`/${c.pattern}/`);
	if (c.unique === true) parts.push(words.unique);
	return parts.join(' · ');
}

/** A whole number of at least 0, or nothing. */
export function lengthOf(text: string): number | undefined {
	const n = Number(text.trim());
	return text.trim() !== '' && Number.isInteger(n) && n >= 0 ? n : undefined;
}

export interface RowRule {
	name: string;
	expr: string;
	message?: string;
}

/** The rules over rows of a document. */
export function rowRules(doc: ContractDoc): RowRule[] {
	return (doc.millrace?.rules as RowRule[] | undefined) ?? [];
}

export function withRowRules(doc: ContractDoc, rules: RowRule[]): ContractDoc {
	const { rules: _old, ...own } = doc.millrace ?? {};
	return { ...doc, millrace: rules.length === 0 ? own : { ...own, rules } };
}

/** The primary key as names; the standard allows one name alone. */
export function primaryKey(doc: ContractDoc): string[] {
	const key = doc.primaryKey;
	if (typeof key === 'string') return [key];
	return Array.isArray(key) ? key.map(String) : [];
}

export function withPrimaryKey(doc: ContractDoc, names: string[]): ContractDoc {
	const { primaryKey: _old, ...rest } = doc;
	return (names.length === 0 ? rest : { ...rest, primaryKey: names }) as ContractDoc;
}

export interface ForeignKey {
	fields: string[];
	/** '' = this dataset itself */
	resource: string;
	to: string[];
}

const namesOf = (one: unknown): string[] =>
	(Array.isArray(one) ? one : [one]).filter((n): n is string => typeof n === 'string');

/** The foreign keys that can be read; names alone or in a list, as the standard allows both. */
export function foreignKeys(doc: ContractDoc): ForeignKey[] {
	const keys: unknown[] = Array.isArray(doc['foreignKeys']) ? doc['foreignKeys'] : [];
	return keys.flatMap((key) => {
		const { fields, reference } = (key ?? {}) as { fields?: unknown; reference?: unknown };
		const { resource, fields: to } = (reference ?? {}) as { resource?: unknown; fields?: unknown };
		const from = namesOf(fields);
		if (from.length === 0) return [];
		return [{ fields: from, resource: typeof resource === 'string' ? resource : '', to: namesOf(to) }];
	});
}
