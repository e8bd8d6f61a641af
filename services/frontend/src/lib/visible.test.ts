// SPDX-License-Identifier: Apache-2.0
// visible.test - nothing in a value hides from its reader.
import { describe, expect, it } from 'vitest';
import { visible } from './visible';

const flat = (v: string, max = 200) =>
	visible(v, max)
		.map((p) => (p.mark ? `[${p.text}]` : p.text))
		.join('');

describe('visible', () => {
	it.each([
		['plain', 'plain'],
		[' a b ', '[·]a b[·]'],
		['   ', '[···]'],
		['a\tb\0', 'a[\u2409]b[\u2400]'],
		['x\u202ey', 'x[<202E>]y'],
		['<script>', '<script>'],
		['\u7c73\u{1f600}', '\u7c73\u{1f600}'],
	])('%j', (value, text) => expect(flat(value)).toBe(text));
	it('cuts and takes no inner blank for a trailing one', () => {
		expect(flat('ab cd', 3)).toBe('ab ');
	});
});
