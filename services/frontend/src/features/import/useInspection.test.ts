// SPDX-License-Identifier: Apache-2.0
// useInspection.test - which of two words on a file counts.
import { expect, it } from 'vitest';
import type { Inspection } from '../../api/types';
import { better } from './useInspection';

const said = (verdict: Inspection['verdict'], bytes: number): Inspection => ({
	verdict,
	reason: null,
	bytes,
	dataset: null,
	other_datasets: [],
});

it('takes the word on the small front until the large one is known', () => {
	expect(better(said('table', 1), undefined, true)?.bytes).toBe(1);
	expect(better(said('table', 1), said('table', 2), false)?.bytes).toBe(2);
});

it('does not call a file no table before all of it was looked at', () => {
	expect(better(said('unusable', 1), undefined, true)).toBeUndefined();
	expect(better(said('unusable', 1), undefined, false)?.verdict).toBe('unusable');
	expect(better(said('unusable', 1), said('table', 2), false)?.verdict).toBe('table');
});
