// SPDX-License-Identifier: Apache-2.0
// visible - splits a stored value into plain text and marks, so that blanks and control bytes show.

export interface Piece {
	text: string;
	/** true: stands for something that could not be seen */
	mark: boolean;
}

const CONTROL = /[\u0000-\u001f\u007f\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

function markOf(c: string): string {
	const code = c.codePointAt(0) ?? 0;
	if (code < 0x20) return String.fromCodePoint(0x2400 + code);
	if (code === 0x7f) return '\u2421';
	return `<${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Splits at most max characters of value; the rest is for the caller to announce. */
export function visible(value: string, max: number): Piece[] {
	const shown = value.length > max ? value.slice(0, max) : value;
	const head = shown.length - shown.trimStart().length;
	const tail = value.length > max ? shown.length : shown.trimEnd().length;
	const pieces: Piece[] = [];
	let i = 0;
	for (const c of shown) {
		const blank = c === ' ' && (i < head || i >= tail);
		const mark = blank || CONTROL.test(c);
		const text = blank ? '·' : mark ? markOf(c) : c;
		const last = pieces[pieces.length - 1];
		if (last !== undefined && last.mark === mark) last.text += text;
		else pieces.push({ text, mark });
		i += c.length;
	}
	return pieces;
}
