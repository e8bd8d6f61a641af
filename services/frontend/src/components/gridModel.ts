// SPDX-License-Identifier: Apache-2.0
// gridModel - where the active cell goes, what is selected and what copying yields; no React.

export interface Spot {
	row: number;
	column: number;
}

export interface Selection {
	active: Spot;
	/** the other corner of the range */
	anchor: Spot;
}

export interface GridSize {
	rows: number;
	columns: number;
	/** rows of one page */
	page: number;
}

const clamp = (n: number, max: number) => Math.max(0, Math.min(n, max));

/** Row -1 is the head. Returns null when the key is none of the grid's. */
export function moved(from: Spot, key: string, ctrl: boolean, size: GridSize): Spot | null {
	const last = { row: size.rows - 1, column: size.columns - 1 };
	const to = (row: number, column: number): Spot => ({
		row: Math.max(-1, Math.min(row, last.row)),
		column: clamp(column, last.column),
	});
	switch (key) {
		case 'ArrowDown':
		case 'j':
			return to(from.row + 1, from.column);
		case 'ArrowUp':
		case 'k':
			return to(from.row - 1, from.column);
		case 'ArrowRight':
			return to(from.row, from.column + 1);
		case 'ArrowLeft':
			return to(from.row, from.column - 1);
		case 'PageDown':
			return to(from.row + size.page, from.column);
		case 'PageUp':
			return to(Math.max(0, from.row - size.page), from.column);
		case 'Home':
			return to(ctrl ? 0 : from.row, 0);
		case 'End':
			return to(ctrl ? last.row : from.row, last.column);
		default:
			return null;
	}
}

export interface Range {
	top: number;
	bottom: number;
	left: number;
	right: number;
}

export function rangeOf({ active, anchor }: Selection): Range {
	return {
		top: Math.max(0, Math.min(active.row, anchor.row)),
		bottom: Math.max(active.row, anchor.row),
		left: Math.min(active.column, anchor.column),
		right: Math.max(active.column, anchor.column),
	};
}

export function inRows(r: Range, row: number): boolean {
	return row >= r.top && row <= r.bottom;
}

/** Tab-separated values; a value with a tab, line end or quote is quoted, as spreadsheets expect. */
export function asTsv(range: Range, text: (row: number, column: number) => string): string {
	const lines: string[] = [];
	for (let row = range.top; row <= range.bottom; row++) {
		const cells: string[] = [];
		for (let column = range.left; column <= range.right; column++) {
			const v = text(row, column);
			const single = range.top === range.bottom && range.left === range.right;
			cells.push(!single && /[\t\r\n"]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v);
		}
		lines.push(cells.join('\t'));
	}
	return lines.join('\n');
}

/** The last column takes what is left, so that no list ends in the middle of the page. */
export function fitted(widths: number[], available: number): number[] {
	const total = widths.reduce((a, b) => a + b, 0);
	if (widths.length === 0 || total >= available) return widths;
	const out = [...widths];
	out[out.length - 1] = (out[out.length - 1] ?? 0) + available - total;
	return out;
}
