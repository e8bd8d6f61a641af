// SPDX-License-Identifier: Apache-2.0
// rawRow - cuts the raw bytes of a refused row at the given cell, to point at it. Only for showing:
// the verdict was made by the server.

export interface Cut {
	before: string;
	cell: string;
	after: string;
}

/** As the server says: positions count characters, a string of ours counts UTF-16 units. */
export function cutAtChars(raw: string, at: number, length: number): Cut {
	const chars = Array.from(raw);
	return {
		before: chars.slice(0, at).join(''),
		cell: chars.slice(at, at + length).join(''),
		after: chars.slice(at + length).join(''),
	};
}

/** null: the row has no such cell (too short, or cut). */
export function cutAt(raw: string, index: number, delimiter: string, quote = '"'): Cut | null {
	let cell = 0;
	let start = 0;
	let quoted = false;
	for (let i = 0; i <= raw.length; i++) {
		const c = raw[i];
		if (c === quote && c !== '') quoted = !quoted;
		const end = c === undefined || (!quoted && (c === delimiter || c === '\n' || c === '\r'));
		if (!end) continue;
		if (cell === index) {
			return { before: raw.slice(0, start), cell: raw.slice(start, i), after: raw.slice(i) };
		}
		if (c !== delimiter) return null;
		cell++;
		start = i + 1;
	}
	return null;
}
