// SPDX-License-Identifier: Apache-2.0
// facetsModel - refused rows counted by rule, column and shape, each within the other choices; no React.
import type { RejectSummary, Report } from '../../api/types';

export type Counted = Array<[value: string, count: number]>;

export interface Chosen {
	rule: string | undefined;
	column: string | undefined;
}

type Sum = { count: number };

/** Most first, without zeros; what is chosen stays, so that it can be taken back. */
function counted<T extends Sum>(
	list: readonly T[],
	valueOf: (item: T) => string | null,
	chosen?: string,
): Counted {
	const sums = new Map<string, number>(chosen === undefined ? [] : [[chosen, 0]]);
	for (const item of list) {
		const value = valueOf(item);
		if (value !== null && value !== '') sums.set(value, (sums.get(value) ?? 0) + item.count);
	}
	return [...sums].filter(([v, n]) => n > 0 || v === chosen).sort((a, b) => b[1] - a[1]);
}

export function byRule(summary: RejectSummary | undefined, { rule, column }: Chosen): Counted {
	if (column === undefined) return counted(summary?.by_rule ?? [], (r) => r.rule, rule);
	const within = (summary?.by_column ?? []).filter((r) => r.column === column);
	return counted(within, (r) => r.rule, rule);
}

export function byColumn(summary: RejectSummary | undefined, { rule, column }: Chosen): Counted {
	const within = (summary?.by_column ?? []).filter((r) => rule === undefined || r.rule === rule);
	return counted(within, (r) => r.column, column);
}

const MOST_SHAPES = 12;

/** Cells that are wrong in the same way. */
export function byShape(shapes: Report['shapes'], chosen: Chosen, shape?: string): Counted {
	const within = shapes.filter(
		(s) =>
			(chosen.rule === undefined || s.rule === chosen.rule) &&
			(chosen.column === undefined || s.column === chosen.column),
	);
	const all = counted(within, (s) => s.shape, shape);
	return all.filter(([value], i) => i < MOST_SHAPES || value === shape);
}

/** All refused rows of a choice, also those that are not kept. */
export function countOf(summary: RejectSummary | undefined, { rule, column }: Chosen): number {
	if (rule === undefined && column === undefined) return summary?.total ?? 0;
	if (column === undefined) return byRule(summary, { rule, column }).find(([r]) => r === rule)?.[1] ?? 0;
	return byColumn(summary, { rule, column }).find(([c]) => c === column)?.[1] ?? 0;
}
