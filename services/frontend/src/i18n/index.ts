// SPDX-License-Identifier: Apache-2.0
// i18n - every sentence of the page comes from one catalogue, ICU MessageFormat.
import { IntlMessageFormat } from 'intl-messageformat';
import en from './en.json';

export type MessageKey = keyof typeof en;
export type Values = Record<string, string | number | boolean | null | undefined>;

const catalogue: Record<string, string> = en;
const compiled = new Map<string, IntlMessageFormat>();

function format(message: string, values?: Values): string {
	if (!message.includes('{')) return message;
	let m = compiled.get(message);
	if (m === undefined) {
		m = new IntlMessageFormat(message, 'en');
		compiled.set(message, m);
	}
	return String(m.format(values as Record<string, string | number | boolean>));
}

export function t(key: MessageKey, values?: Values): string {
	return format(catalogue[key] ?? key, values);
}

/** A word the server may send: the catalogue's text when it has one, else the word itself. */
export function word(prefix: string, code: string): string {
	const message = catalogue[`${prefix}.${code}`];
	return message === undefined ? code.replaceAll('_', ' ') : format(message);
}
