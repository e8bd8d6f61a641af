// SPDX-License-Identifier: Apache-2.0
// problem.test - documents, proxies' pages and silence all become one readable shape.
import { describe, expect, it } from 'vitest';
import { asProblem, problemFrom } from './problem';

const headers = (h: Record<string, string>) => (name: string) => h[name] ?? null;

describe('problemFrom', () => {
	it('reads a problem document', () => {
		const p = problemFrom(
			422,
			JSON.stringify({
				title: 'Contract is not valid',
				detail: 'field amount: unknown type',
				code: 'contract.invalid',
				request_id: 'r1',
				errors: [{ field: 'fields.0.type', message: 'unknown type' }, 7],
			}),
			headers({ 'content-type': 'application/problem+json' }),
		);
		expect(p.message).toBe('Contract is not valid');
		expect(p).toMatchObject({ status: 422, code: 'contract.invalid', requestId: 'r1' });
		expect(p.errors).toEqual([{ field: 'fields.0.type', message: 'unknown type' }]);
	});
	it('keeps the wait and the id of a page that is not ours', () => {
		const p = problemFrom(
			503,
			'<html>',
			headers({ 'content-type': 'text/html', 'retry-after': '27', 'x-request-id': 'r2' }),
		);
		expect(p).toMatchObject({ code: 'http.503', retryAfterS: 27, requestId: 'r2' });
		expect(p.message.length).toBeGreaterThan(5);
	});
	it('survives broken JSON', () => {
		const p = problemFrom(500, '{', headers({ 'content-type': 'application/json' }));
		expect(p.code).toBe('http.500');
	});
});

describe('asProblem', () => {
	it('takes a failed fetch for silence', () => {
		expect(asProblem(new TypeError('Failed to fetch')).status).toBe(0);
	});
	it('says what broke in the page itself', () => {
		expect(asProblem(new Error('boom')).detail).toBe('boom');
	});
});
