// SPDX-License-Identifier: Apache-2.0
// stages - how far a file is on its way: upload, check, load, commit. Full only after the commit.
import type { Progress, Run, Task } from '../api/types';

export type StageName = 'upload' | 'check' | 'load' | 'commit';
export type StageState = 'todo' | 'doing' | 'done' | 'failed';

export interface Stage {
	name: StageName;
	state: StageState;
	/** 0..1; below 1 until the stage is over */
	fraction: number;
}

const committed = new Set(['done', 'done_with_rejects']);
const stopped = new Set(['failed', 'cancelled', 'needs_person']);
const NEARLY = 0.99;

const part = (n: number | null | undefined, of: number | null | undefined): number =>
	n == null || of == null || of <= 0 ? 0 : Math.max(0, Math.min(NEARLY, n / of));

function ofTask(name: StageName, task: Task | undefined, fraction: number, over: boolean): Stage {
	if (task?.state === 'done') return { name, state: 'done', fraction: 1 };
	if (task === undefined || task.state === 'blocked' || task.state === 'skipped') {
		return { name, state: 'todo', fraction: 0 };
	}
	if (over || task.state === 'failed' || task.state === 'dead' || task.state === 'cancelled') {
		return { name, state: 'failed', fraction };
	}
	/* Between two attempts nothing is done: the next begins anew. */
	if (task.state !== 'running') return { name, state: 'todo', fraction: 0 };
	return { name, state: 'doing', fraction };
}

function loadAndCommit(run: Run, task: Task | undefined, progress: Progress | null): Stage[] {
	if (committed.has(run.state)) {
		return [
			{ name: 'load', state: 'done', fraction: 1 },
			{ name: 'commit', state: 'done', fraction: 1 },
		];
	}
	const committing = progress?.stage === 'commit';
	const kept = run.account?.check;
	const toLoad = kept == null ? null : kept.good + kept.repaired;
	const rows = progress?.stage === 'load' ? part(progress.rows, toLoad) : 0;
	const load = ofTask('load', task, committing ? NEARLY : rows, stopped.has(run.state));
	if (committing && load.state === 'doing') {
		return [
			{ name: 'load', state: 'done', fraction: 1 },
			{ name: 'commit', state: 'doing', fraction: 0.5 },
		];
	}
	/* A task is done only with its commit, so a done load in a live run is a commit under way. */
	return [load, { name: 'commit', state: 'todo', fraction: 0 }];
}

export function stagesOfRun(run: Run, progress: Progress | null): Stage[] {
	const task = (kind: string) => run.tasks.find((x) => x.kind === kind);
	const tail = loadAndCommit(run, task('load'), progress);
	if (run.kind !== 'arrival') return tail;
	const bytes = progress?.stage === 'check' ? part(progress.bytes, progress.bytes_total) : 0;
	const over = stopped.has(run.state);
	const check: Stage = committed.has(run.state)
		? { name: 'check', state: 'done', fraction: 1 }
		: ofTask('check', task('validate'), bytes, over);
	return [{ name: 'upload', state: 'done', fraction: 1 }, check, ...tail];
}

const MEANS_S = 1;

/** Null until the rate, which counts from the task's begin, stands for a second of work. */
export function timeLeft(p: Progress): number | null {
	if (p.eta_ms === null || p.rows < MEANS_S * p.rate) return null;
	return p.eta_ms > 2000 ? p.eta_ms : null;
}

export function stagesOfUpload(sent: number, total: number, failed: boolean): Stage[] {
	return [
		{ name: 'upload', state: failed ? 'failed' : 'doing', fraction: part(sent, total) },
		{ name: 'check', state: 'todo', fraction: 0 },
		{ name: 'load', state: 'todo', fraction: 0 },
		{ name: 'commit', state: 'todo', fraction: 0 },
	];
}

/** For the window's title; 100 only when all of it is done. */
export function percentDone(stages: Stage[]): number {
	const sum = stages.reduce((s, x) => s + x.fraction, 0);
	const pct = Math.floor((100 * sum) / Math.max(1, stages.length));
	return stages.every((s) => s.state === 'done') ? 100 : Math.min(99, pct);
}
