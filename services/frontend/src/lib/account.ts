// SPDX-License-Identifier: Apache-2.0
// account - turns the stored books of a run into equations: in = loaded + … + rejected.
import type { Account, CheckAccount, LoadAccount } from '../api/types';

export type PartName =
	| 'good'
	| 'repaired'
	| 'unjudged'
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
	/** rows among these that were repaired, where no part says it */
	repaired?: number;
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
			{ name: 'unjudged', count: c.good + c.repaired + c.rejected === 0 ? c.read : 0 },
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

/** The rows of a draft were read to guess their types: none of them is good or bad yet. */
export function unjudged(account: Account): Account {
	const read = account.check?.read ?? 0;
	return { check: { read, good: 0, repaired: 0, rejected: 0 }, load: null };
}

/** Every row that the check kept went into the load. */
function inOne(check: CheckAccount, load: LoadAccount): boolean {
	return check.good + check.repaired === load.received;
}

/**
 * One equation when every good row went into the load, else one for each stage; also when rows were
 * repaired, which the load does not tell from good ones.
 */
export function equations(account: Account | null | undefined): Equation[] {
	const check = account?.check ?? null;
	const load = account?.load ?? null;
	if (check !== null && load !== null) {
		if (inOne(check, load) && check.repaired === 0) {
			return [ofLoad(load, check.rejected, check.read)];
		}
		return [ofCheck(check), ofLoad(load, -1, load.received)];
	}
	if (check !== null) return [ofCheck(check)];
	return load === null ? [] : [ofLoad(load, -1, load.received)];
}

/** The one equation there is room for in a list: as much of both stages as goes into one. */
export function shortEquation(account: Account | null | undefined): Equation | null {
	const check = account?.check ?? null;
	const load = account?.load ?? null;
	if (check !== null && load !== null && check.repaired > 0 && inOne(check, load)) {
		return { ...ofLoad(load, check.rejected, check.read), repaired: check.repaired };
	}
	return equations(account).at(-1) ?? null;
}

export function balanced(e: Equation): boolean {
	return e.total === e.parts.reduce((sum, p) => sum + p.count, 0);
}

export function rejectedOf(account: Account | null | undefined): number {
	return (account?.check?.rejected ?? 0) + (account?.load?.refused ?? 0);
}
