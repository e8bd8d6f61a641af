// SPDX-License-Identifier: Apache-2.0
// moreTables.test - one table, some, and more than are named.
import { expect, it } from 'vitest';
import { moreTables } from './moreTables';

it('says nothing of a file with one table', () => {
	expect(moreTables({})).toBeUndefined();
	expect(moreTables({ tables: [], more_tables: 0 })).toBeUndefined();
});

it('names where another table begins', () => {
	expect(moreTables({ tables: [{ line: 33, columns: 3 }], more_tables: 0 })).toBe(
		'Another table is not read: line 33 (3 columns).',
	);
});

it('counts those that are not named', () => {
	const tables = [
		{ line: 33, columns: 1 },
		{ line: 1036, columns: 2 },
	];
	expect(moreTables({ tables, more_tables: 4 })).toBe(
		'6 more tables are not read: line 33 (1 column), line 1,036 (2 columns) and 4 more.',
	);
});
