// SPDX-License-Identifier: Apache-2.0
// problem.test - documents, proxies' pages and silence all become one readable shape.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { asProblem, fetched, problemFrom } from './problem';

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
	afterEach(() => vi.unstubAllGlobals());

	it('takes a failed fetch for silence', async () => {
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
		const failure: unknown = await fetched('/api/runs', {}).catch((e: unknown) => e);
		expect(asProblem(failure)).toMatchObject({ status: 0, message: 'The server does not answer.' });
	});
	it("does not blame the server for the page's own fault", () => {
		const fault = new TypeError('x is undefined');
		expect(asProblem(fault)).toMatchObject({ code: 'page', message: 'The page itself failed.' });
	});
	it('says what broke in the page itself', () => {
		expect(asProblem(new Error('boom')).detail).toBe('boom');
	});
});
