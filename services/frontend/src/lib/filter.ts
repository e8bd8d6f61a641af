// SPDX-License-Identifier: Apache-2.0
// filter - "column:op:value;…" as in the address and the API; a backslash takes : ; \ as they are.

export const operators = [
	'eq',
	'ne',
	'lt',
	'le',
	'gt',
	'ge',
	'contains',
	'null',
	'notnull',
] as const;
export type Operator = (typeof operators)[number];

export interface Condition {
	column: string;
	op: Operator;
	value: string;
}

export function takesValue(op: Operator): boolean {
	return op !== 'null' && op !== 'notnull';
}

/** The number of a row's load, as the API calls it; no column of a dataset has this name. */
const LOAD = '_load';

/** The condition that leaves the rows of one load. */
export function loadFilter(no: number): string {
	return `${LOAD}:eq:${no}`;
}

/** The load whose rows a condition leaves; null: it is about something else. */
export function loadOf(c: Condition): string | null {
	return c.column === LOAD && c.op === 'eq' ? c.value : null;
}

const escape = (s: string) => s.replaceAll(/[\\:;]/g, (c) => `\\${c}`);

export function formatFilter(conditions: Condition[]): string | undefined {
	if (conditions.length === 0) return undefined;
	return conditions
		.map((c) =>
			takesValue(c.op)
				? `${escape(c.column)}:${c.op}:${escape(c.value)}`
				: `${escape(c.column)}:${c.op}`,
		)
		.join(';');
}

function split(text: string): string[][] {
	const all: string[][] = [['']];
	for (let i = 0; i < text.length; i++) {
		const current = all[all.length - 1] as string[];
		const c = text[i] as string;
		if (c === ';') all.push(['']);
		else if (c === ':' && current.length < 3) current.push('');
		else {
			if (c === '\\' && i + 1 < text.length) i++;
			current[current.length - 1] += c === '\\' ? (text[i] as string) : c;
		}
	}
	return all;
}

export function parseFilter(text: string | undefined): Condition[] {
	if (text === undefined) return [];
	return split(text).flatMap(([column, op, value]) =>
		column !== undefined && column !== '' && operators.includes(op as Operator)
			? [{ column, op: op as Operator, value: value ?? '' }]
			: [],
	);
}
