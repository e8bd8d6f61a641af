// SPDX-License-Identifier: Apache-2.0
// account - turns the stored books of a run into equations: in = loaded + … + rejected.
import type { Account, CheckAccount, LoadAccount } from '../api/types';

export type PartName =
	| 'good'
	| 'repaired'
	| 'loaded'
	| 'updated'
	| 'unchanged'
	| 'deduplicated'
	| 'rejected';

export interface Part {
	name: PartName;
	count: number;
}

export interface Equation {
	stage: 'whole' | 'check' | 'load';
	total: number;
	parts: Part[];
}

const nonZero = (parts: Part[]): Part[] => parts.filter((p) => p.count > 0);

function ofCheck(c: CheckAccount): Equation {
	return {
		stage: 'check',
		total: c.read,
		parts: nonZero([
			{ name: 'good', count: c.good },
			{ name: 'repaired', count: c.repaired },
			{ name: 'rejected', count: c.rejected },
		]),
	};
}

function ofLoad(l: LoadAccount, alreadyRejected: number, total: number): Equation {
	return {
		stage: alreadyRejected >= 0 ? 'whole' : 'load',
		total,
		parts: nonZero([
			{ name: 'loaded', count: l.inserted },
			{ name: 'updated', count: l.updated },
			{ name: 'unchanged', count: l.unchanged },
			{ name: 'deduplicated', count: l.deduplicated },
			{ name: 'rejected', count: l.refused + Math.max(0, alreadyRejected) },
		]),
	};
}

/** One equation when every good row went into the load, else one for each stage. */
export function equations(account: Account | null | undefined): Equation[] {
	const check = account?.check ?? null;
	const load = account?.load ?? null;
	if (check !== null && load !== null) {
		if (check.good + check.repaired === load.received) {
			return [ofLoad(load, check.rejected, check.read)];
		}
		return [ofCheck(check), ofLoad(load, -1, load.received)];
	}
	if (check !== null) return [ofCheck(check)];
	return load === null ? [] : [ofLoad(load, -1, load.received)];
}

export function balanced(e: Equation): boolean {
	return e.total === e.parts.reduce((sum, p) => sum + p.count, 0);
}

export function rejectedOf(account: Account | null | undefined): number {
	return (account?.check?.rejected ?? 0) + (account?.load?.refused ?? 0);
}
