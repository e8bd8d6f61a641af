// SPDX-License-Identifier: Apache-2.0
// fields - reading and changing one field of a contract document (Frictionless Table Schema).
import type { ContractDoc, ContractField } from '../../api/types';

export const types = [
	'integer',
	'decimal',
	'double',
	'boolean',
	'date',
	'timestamp',
	'timestamptz',
	'text',
] as const;
export type FieldType = (typeof types)[number];

const frictionless: Record<FieldType, string> = {
	integer: 'integer',
	decimal: 'number',
	double: 'number',
	boolean: 'boolean',
	date: 'date',
	timestamp: 'datetime',
	timestamptz: 'datetime',
	text: 'string',
};

const plain: Record<string, FieldType> = {
	integer: 'integer',
	number: 'decimal',
	boolean: 'boolean',
	date: 'date',
	datetime: 'timestamp',
	string: 'text',
};

export function typeOf(field: ContractField): FieldType {
	const own = field.millrace?.type;
	if (own !== undefined && types.includes(own as FieldType)) return own as FieldType;
	return plain[field.type] ?? 'text';
}

/** A new type takes what only the old one understood with it. */
export function withType(field: ContractField, type: FieldType): ContractField {
	if (type === typeOf(field)) return field;
	const { format: _format, trueValues: _yes, falseValues: _no, ...rest } = field;
	const { precision: _p, scale: _s, ...own } = field.millrace ?? {};
	return { ...rest, type: frictionless[type], millrace: { ...own, type } };
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

export function withAliases(field: ContractField, aliases: string[]): ContractField {
	const { aliases: _old, ...own } = field.millrace ?? {};
	return { ...field, millrace: aliases.length === 0 ? own : { ...own, aliases } };
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

export function boundText(value: string | number | undefined): string {
	return value === undefined ? '' : String(value);
}

/** Numbers that survive as JSON numbers are numbers; the rest (wide, dates) stay text. */
export function bound(type: FieldType, text: string): string | number | undefined {
	const s = text.trim();
	if (s === '') return undefined;
	const n = Number(s);
	const number = type === 'integer' || type === 'decimal' || type === 'double';
	return number && Number.isFinite(n) && String(n) === s ? n : s;
}

/** Constraints as one short line for the list. */
export function rulesText(field: ContractField, words: { required: string }): string {
	const c = field.constraints ?? {};
	const parts: string[] = [];
	if (c.required === true) parts.push(words.required);
	if (c.minimum !== undefined) parts.push(`≥ ${c.minimum}`);
	if (c.maximum !== undefined) parts.push(`≤ ${c.maximum}`);
	if (c.enum !== undefined) parts.push(c.enum.join(' | '));
	return parts.join(' · ');
}
