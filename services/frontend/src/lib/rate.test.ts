// SPDX-License-Identifier: Apache-2.0
// rate.test - a rate is of the last ten seconds, and starts over after a step back.
import { expect, it } from 'vitest';
import { RateMeter } from './rate';

it('waits, measures, forgets', () => {
	const m = new RateMeter();
	m.add(0, 0);
	m.add(1000, 100);
	expect(m.perSecond()).toBeNull();
	m.add(2000, 200);
	expect(m.perSecond()).toBe(100);
	for (let s = 3; s <= 20; s++) m.add(s * 1000, 200 + (s - 2) * 1000);
	expect(m.perSecond()).toBe(1000);
	m.add(21_000, 0);
	expect(m.perSecond()).toBeNull();
});
