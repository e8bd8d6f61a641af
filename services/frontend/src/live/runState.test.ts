// SPDX-License-Identifier: Apache-2.0
// runState.test - late and repeated events never take a run back.
import { describe, expect, it } from 'vitest';
import type { ProgressEvent, Run } from '../api/types';
import { emptyState, progressOf, withProgress, withRuns } from './runState';

const run = (id: string, version: number, state: Run['state'], check = 'running', load = 'blocked'): Run =>
	({
		id,
		version,
		state,
		progress: null,
		tasks: [
			{ kind: 'validate', state: check },
			{ kind: 'load', state: load },
		],
		created_at: `2026-11-20T10:00:${String(version % 60).padStart(2, '0')}Z`,
	}) as Run;
const progress = (rows: number, stage = 'check'): ProgressEvent =>
	({ run_id: 'a', version: 1, rows, stage }) as ProgressEvent;

describe('withRuns', () => {
	it('keeps the newer of two', () => {
		const s = withRuns(withRuns(emptyState, [run('a', 3, 'done')]), [run('a', 2, 'running')]);
		expect(s.runs.get('a')?.state).toBe('done');
	});
	it('drops progress when the run ends', () => {
		let s = withProgress(withRuns(emptyState, [run('a', 1, 'running')]), progress(5));
		expect(progressOf(s, run('a', 1, 'running'))?.rows).toBe(5);
		s = withRuns(s, [run('a', 2, 'done')]);
		expect(s.progress.size).toBe(0);
		expect(withProgress(s, progress(6)).progress.size).toBe(0);
	});
	it('is bounded, and never forgets a running one', () => {
		const many = Array.from({ length: 700 }, (_, i) => run(`r${i}`, i, 'done'));
		const s = withRuns(emptyState, [run('live', 0, 'running'), ...many]);
		expect(s.runs.size).toBe(500);
		expect(s.runs.has('live')).toBe(true);
	});
});

describe('progressOf', () => {
	const checked = run('a', 2, 'running', 'done', 'running');
	it('does not carry the check over into the load', () => {
		const s = withProgress(withRuns(emptyState, [run('a', 1, 'running')]), progress(5));
		expect(progressOf(withRuns(s, [checked]), checked)).toBeNull();
	});
	it('takes the load, and its commit', () => {
		for (const stage of ['load', 'commit']) {
			const s = withProgress(withRuns(emptyState, [checked]), progress(6, stage));
			expect(progressOf(s, checked)?.rows).toBe(6);
		}
	});
	it('keeps a sample that came before the news that its task runs', () => {
		const s = withProgress(withRuns(emptyState, [run('a', 1, 'running')]), progress(7, 'load'));
		expect(progressOf(s, run('a', 1, 'running'))).toBeNull();
		expect(progressOf(withRuns(s, [checked]), checked)?.rows).toBe(7);
	});
	it('falls back to what the run itself says', () => {
		const told = { ...checked, progress: progress(8, 'load') };
		const s = withProgress(withRuns(emptyState, [run('a', 1, 'running')]), progress(5));
		expect(progressOf(withRuns(s, [told]), told)?.rows).toBe(8);
	});
	it('has none while no task runs', () => {
		const waiting = { ...run('a', 3, 'running', 'done', 'waiting'), progress: progress(9, 'load') };
		expect(progressOf(withProgress(withRuns(emptyState, [waiting]), progress(9, 'load')), waiting)).toBeNull();
	});
});
