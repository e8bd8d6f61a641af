// SPDX-License-Identifier: Apache-2.0
// mergeRuns.test - live news wins by version, keeps the filter and never reaches past the page.
import { describe, expect, it } from 'vitest';
import type { Run } from '../api/types';
import { mergeRuns } from './mergeRuns';

const run = (id: string, at: number, version = 1, state = 'done'): Run =>
	({
		id,
		version,
		state,
		no: at,
		domain: 'default',
		target: id.startsWith('x') ? 'x' : 'a',
		created_at: `2026-11-20T10:00:0${at}Z`,
	}) as Run;
const map = (...runs: Run[]) => new Map(runs.map((r) => [r.id, r]));
const ids = (runs: Run[]) => runs.map((r) => `${r.id}.${r.version}`);

describe('mergeRuns', () => {
	it('takes newer versions and new runs', () => {
		const live = map(run('b', 2, 5), run('c', 4), run('a', 3, 0));
		expect(ids(mergeRuns([run('a', 3), run('b', 2)], live, {}, true))).toEqual(['c.1', 'a.1', 'b.5']);
	});
	it('does not pull in what is older than the page', () => {
		expect(ids(mergeRuns([run('b', 2)], map(run('a', 1)), {}, false))).toEqual(['b.1']);
		expect(ids(mergeRuns([run('b', 2)], map(run('a', 1)), {}, true))).toEqual(['b.1', 'a.1']);
	});
	it('filters by state and target', () => {
		const live = map(run('a', 1, 9, 'failed'), run('x', 2, 1, 'failed'));
		expect(ids(mergeRuns([run('a', 1)], live, { state: 'failed,done', target: 'a' }, true))).toEqual([
			'a.9',
		]);
	});
});
