// SPDX-License-Identifier: Apache-2.0
// useRunMarks - of one dataset: what runs now and how the last finished run ended; two marks, both.
import { useMemo } from 'react';
import { refOf } from '../api/client';
import type { Run } from '../api/types';
import { useLive } from '../live/LiveStore';
import { isTerminal } from '../live/runState';

export interface RunMarks {
	current: Run | undefined;
	last: Run | undefined;
	/** the newest that put rows into the table */
	loaded: Run | undefined;
}

function slotsOf(run: Run): Array<keyof RunMarks> {
	if (!isTerminal(run.state)) return ['current'];
	const committed = run.state === 'done' || run.state === 'done_with_rejects';
	return committed ? ['last', 'loaded'] : ['last'];
}

export function useMarksByDataset(): ReadonlyMap<string, RunMarks> {
	const { runs } = useLive();
	return useMemo(() => {
		const marks = new Map<string, RunMarks>();
		for (const run of runs.values()) {
			const key = refOf(run.domain, run.target);
			const m = marks.get(key) ?? { current: undefined, last: undefined, loaded: undefined };
			for (const slot of slotsOf(run)) {
				if ((m[slot]?.no ?? 0) < run.no) m[slot] = run;
			}
			marks.set(key, m);
		}
		return marks;
	}, [runs]);
}
