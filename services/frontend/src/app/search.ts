// SPDX-License-Identifier: Apache-2.0
// search - the address is the state: how each page reads its own search parameters.

type Raw = Record<string, unknown>;

export function text(raw: Raw, key: string): string | undefined {
	const v = raw[key];
	if (typeof v === 'number' || typeof v === 'boolean') return String(v);
	return typeof v === 'string' && v !== '' ? v : undefined;
}

export interface SigninSearch {
	next?: string | undefined;
}
export interface DatasetsSearch {
	q?: string | undefined;
	sort?: string | undefined;
}
export interface RowsSearch {
	sort?: string | undefined;
	/** column:op:value;… */
	filter?: string | undefined;
}
export interface ContractSearch {
	field?: string | undefined;
	view?: 'json' | undefined;
	version?: string | undefined;
}
export interface RejectsSearch {
	run?: string | undefined;
	rule?: string | undefined;
	column?: string | undefined;
	shape?: string | undefined;
}
export interface RunsSearch {
	state?: string | undefined;
	target?: string | undefined;
}
export interface RunSearch {
	tab?: string | undefined;
	level?: string | undefined;
	task?: string | undefined;
	/** of the report */
	column?: string | undefined;
}
export interface ImportSearch {
	dataset?: string | undefined;
}

export const signinSearch = (raw: Raw): SigninSearch => ({ next: text(raw, 'next') });
export const datasetsSearch = (raw: Raw): DatasetsSearch => ({
	q: text(raw, 'q'),
	sort: text(raw, 'sort'),
});
export const rowsSearch = (raw: Raw): RowsSearch => ({
	sort: text(raw, 'sort'),
	filter: text(raw, 'filter'),
});
export const contractSearch = (raw: Raw): ContractSearch => ({
	field: text(raw, 'field'),
	view: text(raw, 'view') === 'json' ? 'json' : undefined,
	version: text(raw, 'version'),
});
export const rejectsSearch = (raw: Raw): RejectsSearch => ({
	run: text(raw, 'run'),
	rule: text(raw, 'rule'),
	column: text(raw, 'column'),
	shape: text(raw, 'shape'),
});
export const runsSearch = (raw: Raw): RunsSearch => ({
	state: text(raw, 'state'),
	target: text(raw, 'target'),
});
export const runSearch = (raw: Raw): RunSearch => ({
	tab: text(raw, 'tab'),
	level: text(raw, 'level'),
	task: text(raw, 'task'),
	column: text(raw, 'column'),
});
export const importSearch = (raw: Raw): ImportSearch => ({ dataset: text(raw, 'dataset') });
