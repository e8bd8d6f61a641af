// SPDX-License-Identifier: Apache-2.0
// opens.test - a number opens the rows it counts, or nothing.
import { expect, it } from 'vitest';
import type { PartName } from './account';
import { opens } from './opens';

const part = (name: PartName, count = 108) => ({ name, count });
const live = { state: 'live', rows: 108 } as const;

it('opens the rows of a live load', () => {
	expect(opens(part('loaded'), live)).toBe('rows');
	expect(opens(part('good'), live)).toBe('rows');
});
it('opens nothing when the load has another number of rows', () => {
	expect(opens(part('loaded', 107), live)).toBeNull();
	expect(opens(part('good', 1000), live)).toBeNull();
});
it.each(['undone', 'superseded'] as const)('opens nothing of a load that is %s', (state) => {
	expect(opens(part('loaded'), { ...live, state })).toBeNull();
});
it('opens nothing before the load is known', () => {
	expect(opens(part('loaded'), undefined)).toBeNull();
	expect(opens(part('loaded'), null)).toBeNull();
});
it('opens refused rows whatever became of the load', () => {
	expect(opens(part('rejected', 12), live)).toBe('rejects');
	expect(opens(part('rejected', 12), { ...live, state: 'undone' })).toBe('rejects');
	expect(opens(part('rejected', 12), null)).toBe('rejects');
});
it.each(['unchanged', 'deduplicated', 'updated', 'repaired'] as const)('has no rows for %s', (name) => {
	expect(opens(part(name), live)).toBeNull();
});
