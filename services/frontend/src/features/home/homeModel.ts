// SPDX-License-Identifier: Apache-2.0
// homeModel - which runs need a person, which are on, and what happened by day; no React.
import { refOf } from '../../api/client';
import type { Load, Run, Upload } from '../../api/types';
import { rejectedOf } from '../../lib/account';
import { isTerminal } from '../../live/runState';

const loaded = (run: Run) => run.state === 'done' || run.state === 'done_with_rejects';

/** The highest number of each dataset among the runs that count. */
function newestOf(runs: readonly Run[], counts: (run: Run) => boolean): Map<string, number> {
	const newest = new Map<string, number>();
	for (const run of runs.filter(counts)) {
		const key = refOf(run.domain, run.target);
		newest.set(key, Math.max(run.no, newest.get(key) ?? 0));
	}
	return newest;
}

/** A failed run needs somebody until it was tried again; rejects do while theirs is the newest load. */
export function needsYou(runs: readonly Run[]): Run[] {
	const retried = new Set(runs.flatMap((r) => (r.retry_of === null ? [] : [r.retry_of])));
	const ended = newestOf(runs, (r) => isTerminal(r.state));
	const live = newestOf(runs, loaded);
	return runs.filter((run) => {
		if (retried.has(run.id)) return false;
		const key = refOf(run.domain, run.target);
		if (run.state === 'failed') return true;
		if (run.state === 'needs_person') return ended.get(key) === run.no;
		if (run.state !== 'done_with_rejects') return false;
		return live.get(key) === run.no && rejectedOf(run.account) > 0;
	});
}

/** Whole, but the same bytes came before: somebody has to say whether they are wanted again. */
export function isQuestion(upload: Upload): boolean {
	return upload.state === 'open' && upload.duplicate_of !== null;
}

/** Undefined: none, or older than the loads at hand. */
export function loadOfRun(run: Run, loads: readonly Load[]): Load | undefined {
	return loads.find(
		(l) => l.no === run.load_no && l.dataset === run.target && l.domain === run.domain,
	);
}

export function onNow(runs: readonly Run[]): Run[] {
	return runs.filter((r) => !isTerminal(r.state));
}

export type Happening =
	| { kind: 'run'; at: string; run: Run }
	| { kind: 'undo'; at: string; load: Load };

export interface Day {
	day: string;
	happenings: Happening[];
}

/** Newest first, by the reader's days. */
export function byDay(runs: readonly Run[], loads: readonly Load[]): Day[] {
	const all: Happening[] = [
		...runs
			.filter((r) => isTerminal(r.state))
			.map((run): Happening => ({ kind: 'run', at: run.finished_at ?? run.created_at, run })),
		...loads.flatMap((load): Happening[] =>
			load.state === 'undone' && load.undone_at !== null
				? [{ kind: 'undo', at: load.undone_at, load }]
				: [],
		),
	];
	all.sort((a, b) => b.at.localeCompare(a.at));
	const days: Day[] = [];
	for (const h of all) {
		const day = new Date(h.at).toDateString();
		const last = days[days.length - 1];
		if (last !== undefined && last.day === day) last.happenings.push(h);
		else days.push({ day, happenings: [h] });
	}
	return days;
}
