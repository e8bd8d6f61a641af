// SPDX-License-Identifier: Apache-2.0
// profileModel - figures of a column as words and shapes; no React.
import type { ProfileColumn } from '../../api/types';
import { count, percent } from '../../lib/format';

export interface Bar {
	/** of the highest, 0..1 */
	share: number;
	count: number;
	from: string | undefined;
	to: string | undefined;
}

/** The bins of a histogram, as parts of the highest one. */
export function barsOf(column: ProfileColumn): Bar[] {
	const h = column.histogram;
	if (h === undefined) return [];
	const most = Math.max(1, ...h.counts);
	const edges = h.edges.value;
	return h.counts.map((n, i) => ({
		share: n / most,
		count: n,
		from: edges?.[i],
		to: edges?.[i + 1],
	}));
}

/** "12,345", or "about 12,300" when it was estimated. */
export function distinctOf(column: ProfileColumn): { text: string; exact: boolean } {
	const { count: n, exact } = column.distinct;
	if (exact) return { text: count(n), exact };
	const digits = Math.max(0, String(Math.round(n)).length - 3);
	const rounded = Math.round(n / 10 ** digits) * 10 ** digits;
	return { text: count(rounded), exact };
}

/** Of all its cells; a column without cells has none that are empty. */
export function emptyOf(column: ProfileColumn): string {
	return percent(column.nulls, column.nulls + column.values);
}

export interface TopValue {
	value: string | undefined;
	count: number;
	/** of the values that were counted, 0..1 */
	share: number;
}

export function topOf(column: ProfileColumn): TopValue[] {
	const top = column.top;
	if (top === undefined) return [];
	/* Where every value stands once, none is frequent. */
	if (top.values.every((v) => v.count <= 1)) return [];
	const of = top.of ?? column.values;
	return top.values.map((v) => ({
		value: v.value,
		count: v.count,
		share: of > 0 ? v.count / of : 0,
	}));
}

/** p05 … p95 in order, those that are there. */
export function quantilesOf(column: ProfileColumn): Array<[string, string]> {
	const q = (column.quantiles ?? {}) as Record<string, { value?: string } | boolean | undefined>;
	const list: Array<[string, string]> = [];
	for (const name of ['p05', 'p25', 'p50', 'p75', 'p95']) {
		const v = q[name];
		if (typeof v === 'object' && v.value !== undefined) list.push([name, v.value]);
	}
	return list;
}
