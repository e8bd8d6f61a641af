// SPDX-License-Identifier: Apache-2.0
// contrast.test - every text and border of both schemes can be read.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from './contrast';
import { roles, shapePairs, textPairs, type Scheme } from './tokens';

describe('contrast', () => {
	it('knows the reference values', () => {
		expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
		expect(contrast('#767676', '#FFFFFF')).toBeCloseTo(4.54, 2);
	});
});

describe.each(['light', 'dark'] as Scheme[])('%s scheme', (scheme) => {
	it.each(textPairs)('%s on %s is at least 4.5', (fg, bg) => {
		expect(contrast(roles[scheme][fg], roles[scheme][bg])).toBeGreaterThanOrEqual(4.5);
	});
	it.each(shapePairs)('%s beside %s is at least 3', (fg, bg) => {
		expect(contrast(roles[scheme][fg], roles[scheme][bg])).toBeGreaterThanOrEqual(3);
	});
	it('paints the first frame in the body colour', () => {
		const css = readFileSync(new URL('./base.css', import.meta.url), 'utf8').toLowerCase();
		expect(css).toContain(`background: ${roles[scheme].body.toLowerCase()}; /* ${scheme} */`);
	});
});
