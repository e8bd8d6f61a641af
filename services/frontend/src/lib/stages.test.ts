// SPDX-License-Identifier: Apache-2.0
// stages.test - the bar is never full before the commit, and stops where the run stopped.
import { describe, expect, it } from 'vitest';
import type { Progress, Run } from '../api/types';
import { percentDone, stagesOfRun, stagesOfUpload, timeLeft } from './stages';

const run = (state: string, validate: string, load: string, good?: number): Run =>
	({
		state,
		kind: 'arrival',
		account: good === undefined ? null : { check: { good, repaired: 0 } },
		tasks: [
			{ kind: 'validate', state: validate },
			{ kind: 'load', state: load },
		],
	}) as unknown as Run;
const progress = (p: Partial<Progress>): Progress => p as Progress;
const text = (r: Run, p: Progress | null) =>
	stagesOfRun(r, p)
		.map((s) => `${s.name} ${s.state} ${s.fraction}`)
		.join(', ');

describe('stagesOfRun', () => {
	it('is in the check', () => {
		const p = progress({ stage: 'check', bytes: 25, bytes_total: 100 });
		expect(text(run('running', 'running', 'blocked'), p)).toBe(
			'upload done 1, check doing 0.25, load todo 0, commit todo 0',
		);
	});
	it('never shows a whole stage before it is over', () => {
		const p = progress({ stage: 'load', rows: 100 });
		expect(text(run('running', 'done', 'running', 100), p)).toBe(
			'upload done 1, check done 1, load doing 0.99, commit todo 0',
		);
		expect(text(run('running', 'done', 'running', 100), progress({ stage: 'commit' }))).toBe(
			'upload done 1, check done 1, load done 1, commit doing 0.5',
		);
	});
	it('waits before the load while no worker takes it', () => {
		expect(text(run('running', 'done', 'queued', 100), null)).toBe(
			'upload done 1, check done 1, load todo 0, commit todo 0',
		);
	});
	it('falls back to nothing between two attempts', () => {
		const p = progress({ stage: 'load', rows: 100 });
		expect(text(run('running', 'done', 'waiting', 100), p)).toContain('load todo 0');
	});
	it('is full after the commit', () => {
		const stages = stagesOfRun(run('done_with_rejects', 'done', 'done'), null);
		expect(percentDone(stages)).toBe(100);
	});
	it('marks the stage that stopped it', () => {
		expect(text(run('failed', 'failed', 'skipped'), null)).toBe(
			'upload done 1, check failed 0, load todo 0, commit todo 0',
		);
		expect(text(run('cancelled', 'done', 'cancelled'), null)).toBe(
			'upload done 1, check done 1, load failed 0, commit todo 0',
		);
	});
	it('has two stages without a file', () => {
		const r = { ...run('running', 'done', 'queued'), kind: 'pipeline' } as Run;
		expect(stagesOfRun(r, null).map((s) => s.name)).toEqual(['load', 'commit']);
	});
});

it('counts an upload into a quarter of the way', () => {
	expect(percentDone(stagesOfUpload(50, 100, false))).toBe(12);
	expect(percentDone(stagesOfUpload(100, 100, false))).toBe(24);
	expect(percentDone([])).toBe(100);
});

describe('timeLeft', () => {
	it('is held back until a second of work is done', () => {
		expect(timeLeft(progress({ rows: 100, rate: 1000, eta_ms: 90_000 }))).toBeNull();
		expect(timeLeft(progress({ rows: 1000, rate: 1000, eta_ms: 90_000 }))).toBe(90_000);
		expect(timeLeft(progress({ rows: 9000, rate: 1000, eta_ms: 1500 }))).toBeNull();
		expect(timeLeft(progress({ rows: 9000, rate: 1000, eta_ms: null }))).toBeNull();
	});
});
