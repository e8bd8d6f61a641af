// SPDX-License-Identifier: Apache-2.0
// moreTables - the tables of a file behind its first, in words: none of them is read.
import { t } from '../../i18n';
import { count } from '../../lib/format';

export interface Tables {
	tables?: { line: number; columns: number }[];
	/** Found, but not among tables. */
	more_tables?: number;
}

/** Where each begins, and how many are not named; undefined when the file holds one table. */
export function moreTables({ tables = [], more_tables: more = 0 }: Tables): string | undefined {
	if (tables.length === 0) return undefined;
	const list = tables.map(({ line, columns }) => t('look.table', { line: count(line), n: columns }));
	return t('look.tables', { n: tables.length + more, list: list.join(', '), more });
}
