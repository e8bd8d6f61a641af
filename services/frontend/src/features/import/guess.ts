// SPDX-License-Identifier: Apache-2.0
// guess - which dataset a file looks like, by its header and its name; always shown as a guess.
import type { ContractDoc } from '../../api/types';

const delimiters = [',', ';', '\t', '|'];

/** Cells of the first line, with the delimiter that gives most of them. */
export function headerOf(text: string): string[] {
	const line = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/, 1)[0] ?? '';
	const best = delimiters
		.map((d) => cells(line, d))
		.reduce((a, b) => (b.length > a.length ? b : a), []);
	return best.map((c) => c.trim()).filter((c) => c !== '');
}

function cells(line: string, delimiter: string): string[] {
	const out: string[] = [''];
	let quoted = false;
	for (const c of line) {
		if (c === '"') quoted = !quoted;
		else if (c === delimiter && !quoted) out.push('');
		else out[out.length - 1] += c;
	}
	return out;
}

export function slug(name: string): string {
	const s = name
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[\u0300-\u036f]/g, '')
		.replace(/[^a-z0-9]+/g, '_')
		.replace(/^[^a-z]+/, '')
		.replace(/_+$/, '');
	return s.slice(0, 48);
}

/** A dataset's name from a file's: "Orders 2026-11 (1).csv" -> "orders". */
export function nameFrom(filename: string): string {
	const stem = filename.replace(/\.[^.]*$/, '');
	return slug(stem).replace(/(_\d+)+$/, '') || 'new_dataset';
}

export interface Candidate {
	ref: string;
	doc: ContractDoc | null;
}

export interface Guess {
	ref: string;
	matched: number;
	columns: number;
	/** header: the columns fit; name: only the file's name does */
	by: 'header' | 'name';
}

function known(doc: ContractDoc): Set<string> {
	return new Set(
		doc.fields.flatMap((f) => [f.name, ...(f.millrace?.aliases ?? [])]).map((n) => slug(n)),
	);
}

export function bestGuess(header: string[], filename: string, candidates: Candidate[]): Guess | null {
	let best: Guess | null = null;
	for (const { ref, doc } of candidates) {
		if (doc === null || header.length === 0) continue;
		const names = known(doc);
		const matched = header.filter((h) => names.has(slug(h))).length;
		const columns = Math.max(header.length, doc.fields.length);
		if (matched / columns < 0.6) continue;
		if (best === null || matched / columns > best.matched / best.columns) {
			best = { ref, matched, columns, by: 'header' };
		}
	}
	if (best !== null) return best;
	const name = nameFrom(filename);
	const same = candidates.find((c) => c.ref === name);
	return same === undefined ? null : { ref: same.ref, matched: 0, columns: 0, by: 'name' };
}
