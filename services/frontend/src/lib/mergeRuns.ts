// SPDX-License-Identifier: Apache-2.0
// mergeRuns - a page of runs from the server with the live news laid over it, newest first.
import { refOf } from '../api/client';
import type { Run } from '../api/types';

export interface RunFilter {
	state?: string | undefined;
	target?: string | undefined;
}

function matches(run: Run, filter: RunFilter): boolean {
	const states = filter.state?.split(',');
	return (
		(states === undefined || states.includes(run.state)) &&
		(filter.target === undefined || refOf(run.domain, run.target) === filter.target)
	);
}

/** whole: the server has no more pages, so older live runs belong in the list too. */
export function mergeRuns(
	items: readonly Run[],
	live: ReadonlyMap<string, Run>,
	filter: RunFilter,
	whole: boolean,
): Run[] {
	const oldest = whole ? '' : (items[items.length - 1]?.created_at ?? '');
	const merged = new Map<string, Run>();
	for (const run of items) merged.set(run.id, run);
	for (const run of live.values()) {
		const known = merged.get(run.id);
		if (known === undefined ? run.created_at >= oldest : run.version > known.version) {
			merged.set(run.id, run);
		}
	}
	return [...merged.values()]
		.filter((run) => matches(run, filter))
		.sort((a, b) => b.created_at.localeCompare(a.created_at) || b.no - a.no);
}
