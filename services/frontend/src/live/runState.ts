// SPDX-License-Identifier: Apache-2.0
// runState - the runs a page knows of, folded from snapshot, run and progress events.
import type { Progress, ProgressEvent, Run, RunState, Task } from '../api/types';

export interface LiveState {
	runs: ReadonlyMap<string, Run>;
	progress: ReadonlyMap<string, ProgressEvent>;
}

export const emptyState: LiveState = { runs: new Map(), progress: new Map() };

const terminal: ReadonlySet<RunState> = new Set<RunState>([
	'done',
	'done_with_rejects',
	'failed',
	'cancelled',
	'needs_person',
]);

export function isTerminal(state: RunState): boolean {
	return terminal.has(state);
}

/** Runs that are no longer told about; bounds the memory of a page left open for weeks. */
const KEEP = 500;

function trimmed(runs: Map<string, Run>): Map<string, Run> {
	if (runs.size <= KEEP) return runs;
	const old = [...runs.values()]
		.filter((r) => isTerminal(r.state))
		.sort((a, b) => a.created_at.localeCompare(b.created_at));
	for (const run of old.slice(0, runs.size - KEEP)) runs.delete(run.id);
	return runs;
}

export function withRuns(state: LiveState, incoming: readonly Run[]): LiveState {
	const runs = new Map(state.runs);
	const progress = new Map(state.progress);
	for (const run of incoming) {
		const known = runs.get(run.id);
		if (known !== undefined && known.version > run.version) continue;
		runs.set(run.id, run);
		if (isTerminal(run.state)) progress.delete(run.id);
	}
	return { runs: trimmed(runs), progress };
}

export function withProgress(state: LiveState, event: ProgressEvent): LiveState {
	const run = state.runs.get(event.run_id);
	if (run !== undefined && isTerminal(run.state)) return state;
	const progress = new Map(state.progress);
	progress.set(event.run_id, event);
	return { ...state, progress };
}

const taskOf: Readonly<Record<Progress['stage'], Task['kind'] | null>> = {
	'': null,
	upload: null,
	check: 'validate',
	load: 'load',
	commit: 'load',
};

/** Of the task that runs: the check's last sample, still at hand when the load begins, is not the load's. */
export function progressOf(state: LiveState, run: Run): Progress | null {
	const working = run.tasks.find((task) => task.state === 'running');
	const isOfIt = (p: Progress | null | undefined) =>
		p != null && working !== undefined && taskOf[p.stage] === working.kind;
	return [state.progress.get(run.id), run.progress].find(isOfIt) ?? null;
}
