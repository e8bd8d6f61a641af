// SPDX-License-Identifier: Apache-2.0
// types - the documents of the API under short names; their source is docs/api/openapi.yaml.
import type { components } from './types.gen';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type Reason = NonNullable<Schemas['Reason']>;

export type Run = Schemas['Run'];
export type RunState = Run['state'];
export type Task = Schemas['RunTask'];
export type TaskState = Task['state'];
export type NextAction = Schemas['RunNext'];
export type LogLine = Schemas['RunLogLine'];
export type Progress = NonNullable<Schemas['RunProgress']>;
export type ProgressEvent = Progress & { run_id: string; version: number };

export type CheckAccount = NonNullable<Schemas['CheckAccount']>;
export type LoadAccount = NonNullable<Schemas['LoadAccount']>;
export interface Account {
	check?: CheckAccount | null;
	load?: LoadAccount | null;
}

/** last_run is the newest run as it was when the list was made. */
export type Dataset = Omit<Schemas['Dataset'], 'last_run'> & { last_run: Partial<Run> | null };
export type Table = Schemas['Table'];
export type RowsPage = Schemas['RowList'];
export type Cell = string | number | boolean | null;
export type Load = Schemas['Load'];
export type LoadChange = Schemas['LoadChange'];
export type Pipeline = Schemas['PipelineSummary'];
export type Reject = Schemas['Reject'];
export type RejectSummary = Schemas['RejectSummary'];
export type Report = Schemas['Report'];
export type Profile = NonNullable<Report['profile']>;
export type ProfileColumn = Profile['columns'][number];
export type Inspection = Schemas['Inspection'];
export type InspectionColumn = Schemas['InspectionColumn'];
export type ContractPreview = Schemas['ContractPreview'];
export type PreviewSide = Schemas['PreviewSide'];
export type Upload = Schemas['Upload'];

export interface Page<T> {
	items: T[];
	next_cursor: string | null;
}

/** A field of a Frictionless Table Schema, with ours under the key millrace. */
export interface ContractField {
	name: string;
	/** absent: string */
	type?: string;
	format?: string;
	constraints?: {
		required?: boolean;
		enum?: Array<string | number>;
		minimum?: string | number;
		maximum?: string | number;
		unique?: boolean;
		minLength?: number;
		maxLength?: number;
		pattern?: string;
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
		missing_columns?: 'reject' | 'null';
		[key: string]: unknown;
	};
	[key: string]: unknown;
}

export type ContractVersion = Omit<Schemas['ContractVersion'], 'doc'> & { doc: ContractDoc };
export type ContractDraft = Omit<Schemas['ContractDraft'], 'doc'> & { doc: ContractDoc };
export interface Contract {
	published: ContractVersion | null;
	draft: ContractDraft | null;
}
