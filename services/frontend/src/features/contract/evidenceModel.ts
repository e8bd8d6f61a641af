// SPDX-License-Identifier: Apache-2.0
// evidenceModel - what the inference saw of a file and of one of its columns; no React.
import type { ContractField } from '../../api/types';

export interface Misfit {
	type: string;
	misfits: number;
	/** with cells in it, as are the values: only for those who may see rows */
	text?: string;
	first?: Array<{ line: number; value?: string }>;
}

export interface ColumnEvidence {
	name: string;
	header: string;
	chosen: string;
	values: number;
	empty: number;
	fits: number;
	/** types that took some of the values, and where they fell */
	fell?: Misfit[];
	/** values the chosen type does not take */
	would_be_rejected?: Misfit[];
	ambiguous?: string;
}

export interface FileEvidence {
	rows?: number;
	rows_refused?: number;
	columns?: ColumnEvidence[];
	budget?: string;
	dialect?: { delimiter?: string; encoding?: string; line_end?: string };
}

export function fileEvidence(evidence: unknown): FileEvidence | null {
	return typeof evidence === 'object' && evidence !== null ? (evidence as FileEvidence) : null;
}

/** By name; a renamed field is found by its place. */
export function evidenceOf(
	evidence: unknown,
	field: ContractField,
	index: number,
): ColumnEvidence | null {
	const columns = fileEvidence(evidence)?.columns ?? [];
	return columns.find((c) => c.name === field.name) ?? columns[index] ?? null;
}

/** Names of the fields whose column can be read in two ways. */
export function ambiguousFields(evidence: unknown, fields: ContractField[]): string[] {
	return fields
		.filter((f, i) => evidenceOf(evidence, f, i)?.ambiguous !== undefined)
		.map((f) => f.name);
}

const delimiters: Record<string, string> = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' };

/** The character of a delimiter that the server says by name. */
export function delimiterOf(dialect: unknown): string {
	const name = (dialect as { delimiter?: unknown } | null | undefined)?.delimiter;
	if (typeof name !== 'string') return ',';
	return delimiters[name] ?? (name.length === 1 ? name : ',');
}
