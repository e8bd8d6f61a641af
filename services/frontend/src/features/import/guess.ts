// SPDX-License-Identifier: Apache-2.0
// guess - which dataset a file looks like, by its header and its name; always shown as a guess.
import { refOf } from '../../api/client';
import type { ContractDoc, Inspection } from '../../api/types';

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

const endings = /(\.(csv|tsv|tab|psv|txt))?(\.(gz|gzip|zst|zstd))?$/i;

/** A dataset's name from a file's: "Orders 2026-11 (1).csv.gz" -> "orders". */
export function nameFrom(filename: string): string {
	const plain = filename.replace(endings, '');
	const stem = plain === filename ? filename.replace(/\.[^.]*$/, '') : plain;
	return slug(stem).replace(/(_\d+)+$/, '') || 'new_dataset';
}

const NAME_LENGTH = 48;

/** The name, or with the first number behind it that no dataset has. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
	let free = name;
	for (let n = 2; taken.has(free); n++) {
		const tail = `_${n}`;
		free = name.slice(0, NAME_LENGTH - tail.length) + tail;
	}
	return free;
}

export interface Candidate {
	ref: string;
	doc: ContractDoc | null;
}

export interface Guess {
	ref: string;
	matched: number;
	columns: number;
	/** every column is a field and every field a column */
	fits: boolean;
	/** header: the columns fit; name: only the file's name does */
	by: 'header' | 'name';
}

function known(doc: ContractDoc): Set<string> {
	return new Set(
		doc.fields.flatMap((f) => [f.name, ...(f.millrace?.aliases ?? [])]).map((n) => slug(n)),
	);
}

/** By the first line alone, best first. */
export function guessesOf(header: string[], candidates: Candidate[]): Guess[] {
	const guesses: Guess[] = [];
	for (const { ref, doc } of candidates) {
		if (doc === null || header.length === 0) continue;
		const names = known(doc);
		const matched = header.filter((h) => names.has(slug(h))).length;
		const columns = Math.max(header.length, doc.fields.length);
		if (matched / columns < 0.6) continue;
		guesses.push({ ref, matched, columns, fits: matched === columns, by: 'header' });
	}
	return guesses.sort((a, b) => b.matched / b.columns - a.matched / a.columns);
}

/** As the server found them; only datasets that may be filled. */
export function guessesFrom(found: Inspection, refs: string[]): Guess[] {
	const guesses: Guess[] = [];
	for (const m of [found.dataset ?? null, ...found.other_datasets]) {
		if (m === null) continue;
		const ref = refOf(m.domain, m.dataset);
		const columns = Math.max(m.columns, m.fields);
		if (!refs.includes(ref) || guesses.some((g) => g.ref === ref)) continue;
		guesses.push({ ref, matched: m.matched, columns, fits: m.fits, by: 'header' });
	}
	return guesses;
}

/** With the dataset that has the file's name, when its columns did not show it already. */
export function withNamed(guesses: Guess[], filename: string, refs: string[]): Guess[] {
	const ref = nameFrom(filename);
	if (!refs.includes(ref) || guesses.some((g) => g.ref === ref)) return guesses;
	return [...guesses, { ref, matched: 0, columns: 0, fits: false, by: 'name' }];
}

/**
 * The one to choose beforehand: all columns fit, and no other dataset fits as well, unless the file has
 * its name. Everything else is only offered: rows in the wrong dataset are worse than one more click.
 */
export function presetOf(guesses: Guess[], filename: string): string | null {
	const fitting = guesses.filter((g) => g.fits).map((g) => g.ref);
	const named = nameFrom(filename);
	if (fitting.includes(named)) return named;
	return fitting.length === 1 ? (fitting[0] ?? null) : null;
}
