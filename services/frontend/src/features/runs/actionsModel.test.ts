// SPDX-License-Identifier: Apache-2.0
// actionsModel.test - a retry says what it will do, and why it cannot be.
import { describe as group, expect, it } from 'vitest';
import type { NextAction } from '../../api/types';
import { describe } from './actionsModel';

const retry = (more: Partial<NextAction> = {}): NextAction => ({
	action: 'retry',
	label: 'Retry',
	enabled: true,
	why: null,
	...more,
});
const loadOnly = retry({
	plan: { runs: ['load'], reused: ['validate'], text: 'runs the load, uses the finished check again' },
});

group('describe', () => {
	it('says what a retry runs and what it uses again', () => {
		expect(describe(loadOnly)).toBe('Runs the load, uses the finished check again');
	});
	it('says why it is not possible, and then no plan', () => {
		expect(describe({ ...loadOnly, enabled: false, why: 'was retried as #8' })).toBe(
			'was retried as #8',
		);
	});
	it('says nothing without a plan', () => {
		expect(describe(retry())).toBeNull();
		expect(describe(retry({ plan: { runs: ['load'], reused: [], text: '' } }))).toBeNull();
	});
});
