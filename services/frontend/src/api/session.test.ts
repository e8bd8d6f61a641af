// SPDX-License-Identifier: Apache-2.0
// session.test - rights are per domain, and "next" never leaves the site.
import { describe, expect, it } from 'vitest';
import { may, safeNext } from './session';
import type { Session } from './types';

const session = {
	permissions: { default: ['rows.read'], finance: ['rows.read', 'load.undo'], '*': ['audit.read'] },
} as unknown as Session;

describe('may', () => {
	it.each([
		['rows.read', undefined, true],
		['load.undo', undefined, true],
		['load.undo', 'default', false],
		['load.undo', 'finance', true],
		['rows.read', 'other', false],
		['audit.read', 'other', true],
	] as const)('%s in %s is %s', (p, d, yes) => expect(may(session, p, d)).toBe(yes));
	it('is nothing without a session', () => expect(may(undefined, 'rows.read')).toBe(false));
});

describe('safeNext', () => {
	it.each([
		[undefined, '/'],
		['/runs/1?tab=log', '/runs/1?tab=log'],
		['//evil.example', '/'],
		['/\\evil.example', '/'],
		['https://evil.example/', '/'],
		['/signin?next=/x', '/'],
	])('%s becomes %s', (next, to) => expect(safeNext(next)).toBe(to));
});
