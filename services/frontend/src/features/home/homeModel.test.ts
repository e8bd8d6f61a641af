// SPDX-License-Identifier: Apache-2.0
// homeModel.test - what asks for a person stops asking when it was dealt with.
import { describe, expect, it } from 'vitest';
import type { Load, Run } from '../../api/types';
import { byDay, loadOfRun, needsYou, onNow } from './homeModel';

const run = (no: number, state: Run['state'], more: Partial<Run> = {}): Run =>
	({
		id: `r${no}`,
		no,
		state,
		domain: 'default',
		target: 'sales',
		retry_of: null,
		account: null,
		created_at: new Date(2026, 10, 20, 10, no).toISOString(),
		finished_at: null,
		...more,
	}) as Run;
const rejects = { account: { check: { read: 5, good: 3, repaired: 0, rejected: 2 }, load: null } };

describe('needsYou', () => {
	const ids = (runs: Run[]) => needsYou(runs).map((r) => r.id);
	it('keeps a failed run until it is retried', () => {
		expect(ids([run(1, 'failed'), run(2, 'done')])).toEqual(['r1']);
		expect(ids([run(1, 'failed'), run(2, 'done', { retry_of: 'r1' })])).toEqual([]);
	});
	it('shows rejects of the newest run only', () => {
		expect(ids([run(1, 'done_with_rejects', rejects)])).toEqual(['r1']);
		expect(ids([run(1, 'done_with_rejects', rejects), run(2, 'done')])).toEqual([]);
		expect(ids([run(1, 'done_with_rejects', rejects), run(2, 'running')])).toEqual(['r1']);
		expect(ids([run(1, 'done_with_rejects', rejects), run(2, 'failed')])).toEqual(['r1', 'r2']);
	});
	it('asks for a contract once', () => {
		expect(ids([run(1, 'needs_person'), run(2, 'needs_person')])).toEqual(['r2']);
	});
});

describe('loadOfRun', () => {
	const load = (no: number, dataset = 'sales') => ({ no, dataset, domain: 'default' }) as Load;
	it('finds the load of the dataset by its number', () => {
		const loads = [load(2), load(1, 'returns'), load(1)];
		expect(loadOfRun(run(7, 'done', { load_no: 1 }), loads)).toBe(loads[2]);
		expect(loadOfRun(run(7, 'done', { load_no: 3 }), loads)).toBeUndefined();
		expect(loadOfRun(run(7, 'failed', { load_no: null }), loads)).toBeUndefined();
	});
});

describe('now and recent', () => {
	it('splits running from ended', () => {
		expect(onNow([run(1, 'queued'), run(2, 'done')]).map((r) => r.id)).toEqual(['r1']);
	});
	it('groups by day, newest first, with undone loads', () => {
		const undone = {
			state: 'undone',
			undone_at: new Date(2026, 10, 20, 12, 0).toISOString(),
		} as Load;
		const old = run(3, 'done', { finished_at: new Date(2026, 10, 18, 9, 0).toISOString() });
		const days = byDay([old, run(4, 'done')], [undone, { state: 'live' } as Load]);
		expect(days.map((d) => d.happenings.map((h) => h.kind))).toEqual([['undo', 'run'], ['run']]);
	});
});
