// SPDX-License-Identifier: Apache-2.0
// types - the documents of the API as the page reads them.

export type Role = 'administrator' | 'data_manager' | 'analyst';

export interface Session {
	user: { id: string; name: string; display_name: string | null };
	is_administrator: boolean;
	domains: Record<string, Role[]>;
	permissions: Record<string, string[]>;
	csrf_token: string;
	expires_at: string;
}

export interface Page<T> {
	items: T[];
	next_cursor: string | null;
}

export interface Reason {
	code: string;
	params?: Record<string, unknown> | null;
	text: string;
}

export interface NextAction {
	action: string;
	label: string;
	enabled: boolean;
	why?: string | null;
}

export type RunState =
	| 'queued'
	| 'running'
	| 'cancelling'
	| 'done'
	| 'done_with_rejects'
	| 'failed'
	| 'cancelled'
	| 'needs_person';

export type TaskState =
	| 'blocked'
	| 'queued'
	| 'running'
	| 'waiting'
	| 'done'
	| 'failed'
	| 'dead'
	| 'cancelled'
	| 'skipped';

export interface CheckAccount {
	read: number;
	good: number;
	repaired: number;
	rejected: number;
}

export interface LoadAccount {
	received: number;
	inserted: number;
	updated: number;
	unchanged: number;
	deduplicated: number;
	refused: number;
}

export interface Account {
	check?: CheckAccount | null;
	load?: LoadAccount | null;
}

export interface Progress {
	stage: string | null;
	bytes: number | null;
	bytes_total: number | null;
	rows: number | null;
	rejects: number | null;
	rate: number | null;
	eta_ms: number | null;
}

export interface Task {
	id: string;
	kind: string;
	state: TaskState;
	attempt: number;
	max_attempts: number;
	epoch: number | null;
	worker: string | null;
	created_at: string;
	started_at: string | null;
	finished_at: string | null;
	waited_ms: number | null;
	reason: Reason | null;
}

export interface Run {
	id: string;
	no: number;
	domain: string;
	target: string;
	kind: 'arrival' | 'pipeline' | 'redo';
	trigger: string;
	state: RunState;
	version: number;
	headline: string;
	reason: Reason | null;
	waiting_for: { code: string; text: string } | null;
	next: NextAction[];
	created_at: string;
	created_by: string | null;
	started_at: string | null;
	finished_at: string | null;
	upload_id: string | null;
	file: { name: string; bytes: number } | null;
	pipeline: string | null;
	pipeline_version: number | null;
	contract_version: number | null;
	load_no: number | null;
	account: Account | null;
	progress: Progress | null;
	tasks: Task[];
	retry_of: string | null;
}

export interface ProgressEvent extends Progress {
	run_id: string;
	version: number;
}

export interface LogLine {
	at: string;
	level: 'debug' | 'info' | 'warn' | 'error';
	msg: string;
	task_id?: string;
	attempt?: number;
	seq?: number;
}

export interface Dataset {
	id: string;
	name: string;
	domain: string;
	description: string | null;
	kind: 'upload' | 'derived';
	mode: 'append' | 'replace';
	auto_publish: boolean;
	contract_version: number | null;
	contract_state: 'none' | 'draft' | 'published';
	error_budget_pct: number | null;
	created_at: string;
	created_by: string | null;
	last_run: Partial<Run> | null;
}

export interface ContractField {
	name: string;
	type: string;
	format?: string;
	title?: string;
	description?: string;
	constraints?: {
		required?: boolean;
		enum?: Array<string | number>;
		minimum?: string | number;
		maximum?: string | number;
	};
	millrace?: {
		type?: string;
		precision?: number;
		scale?: number;
		aliases?: string[];
		[key: string]: unknown;
	};
	[key: string]: unknown;
}

export interface ContractDoc {
	fields: ContractField[];
	missingValues?: string[];
	millrace?: {
		dialect?: Record<string, unknown>;
		budget_pct?: number;
		extra_columns?: 'reject' | 'ignore';
		[key: string]: unknown;
	};
	[key: string]: unknown;
}

export interface Contract {
	published: {
		version: number;
		doc: ContractDoc;
		published_at: string;
		published_by: string | null;
	} | null;
	draft: {
		doc: ContractDoc;
		etag: string;
		evidence: unknown;
		updated_at: string;
		source: unknown;
	} | null;
}

export interface ContractVersion {
	version: number;
	doc: ContractDoc;
	published_at: string;
	published_by: string | null;
}

export interface Reject {
	run_id: string;
	no: number;
	seq: number;
	line: number | null;
	row: number | null;
	column_index: number | null;
	column: string | null;
	rule: string;
	message: string;
	offset: number | null;
	length: number | null;
	raw: string | null;
	raw_truncated: boolean;
}

export interface RejectSummary {
	run_id: string | null;
	no: number | null;
	total: number;
	stored: number;
	by_rule: Array<{ rule: string; count: number }>;
	by_column: Array<{ column: string | null; rule: string; count: number }>;
}

export interface Load {
	dataset: string;
	domain: string;
	no: number;
	run_id: string;
	state: 'live' | 'undone' | 'superseded';
	mode: string;
	rows: number;
	account: LoadAccount | null;
	at: string;
	by: string | null;
	file: { name: string; bytes: number; sha256?: string } | null;
	contract_version: number | null;
	undone_at: string | null;
	undone_by: string | null;
	undo: { possible: boolean; reason: string | null };
	redo: { possible: boolean; reason: string | null };
}

export interface LoadChange {
	load: Load;
	row_count: number;
	run_id: string | null;
}

export interface Table {
	name: string;
	domain: string;
	columns: Array<{ name: string; type: string }>;
	row_count: number;
	last_load: { no: number; at: string; by: string | null } | null;
}

export type Cell = string | number | boolean | null;

export interface RowsPage {
	columns: Array<{ name: string; type: string }>;
	items: Cell[][];
	/** for each item: its load and its row in that load's file */
	positions?: Array<{ load: number; row: number | null }>;
	next_cursor: string | null;
	row_count: number | null;
	estimate: boolean;
}

export interface Upload {
	upload_id: string;
	dataset: string;
	domain: string;
	filename: string;
	state: 'open' | 'finishing' | 'finished' | 'expired' | 'failed';
	length: number | null;
	offset: number;
	sha256: string | null;
	run_id: string | null;
	run_no: number | null;
	created_at: string;
	expires_at: string | null;
	created_by: string | null;
	duplicate_of: { upload_id: string; run_id: string | null; no: number | null } | null;
	reason: Reason | string | null;
}

export interface Pipeline {
	name: string;
	domain: string;
	target: string | null;
	version: number | null;
}
