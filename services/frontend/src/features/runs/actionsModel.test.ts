// SPDX-License-Identifier: Apache-2.0
// actionsModel.test - a retry says what it will do, and is not put first when it cannot help.
import { describe as group, expect, it } from 'vitest';
import type { NextAction, Run } from '../../api/types';
import { describe, leadOf, sameAgain } from './actionsModel';

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

const whole = retry({ plan: { runs: ['validate', 'load'], reused: [], text: 'runs the check and the load' } });
const rejects: NextAction = { action: 'show_rejects', label: 'Show rejects', enabled: true, why: null };
const failed = (code: string, state: Run['state'] = 'failed') =>
	({ state, reason: { code, params: {}, text: '' } }) as unknown as Run;

group('sameAgain', () => {
	it.each([
		['file.binary', 'file'],
		['header.missing', 'header'],
		['object.corrupt', 'object'],
	])('knows that %s comes again', (code, family) => {
		expect(sameAgain(failed(code), whole)).toBe(family);
		expect(leadOf(failed(code), [whole])).toBeUndefined();
		expect(leadOf(failed(code), [whole, rejects])).toBe(rejects);
	});
	it.each(['check.over_budget', 'task.dead', 'filed.away', 'profile.x'])('leaves %s alone', (code) => {
		expect(sameAgain(failed(code), whole)).toBeNull();
		expect(leadOf(failed(code), [whole, rejects])).toBe(whole);
	});
	it('leaves a retry that does not check again', () => {
		expect(sameAgain(failed('file.binary'), loadOnly)).toBeNull();
		expect(leadOf(failed('file.binary'), [loadOnly])).toBe(loadOnly);
	});
	it('is about failed runs and retries only', () => {
		expect(sameAgain(failed('file.binary', 'cancelled'), whole)).toBeNull();
		expect(sameAgain(failed('file.binary'), rejects)).toBeNull();
		expect(leadOf({ state: 'running', reason: null } as Run, [{ ...whole, action: 'cancel' }])).toBeUndefined();
	});
});
