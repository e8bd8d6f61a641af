// SPDX-License-Identifier: Apache-2.0
// problem - one shape for everything that can go wrong with a request (RFC 9457).
import { t } from '../i18n';

export interface FieldError {
	field: string;
	message: string;
}

export class Problem extends Error {
	readonly status: number;
	readonly code: string;
	readonly detail: string | null;
	readonly requestId: string | null;
	readonly errors: FieldError[];
	readonly retryAfterS: number | null;
	/** the whole document, for the few codes that carry more */
	readonly body: Record<string, unknown>;

	constructor(
		status: number,
		body: Record<string, unknown>,
		requestId: string | null = null,
		retryAfterS: number | null = null,
	) {
		super(typeof body['title'] === 'string' ? body['title'] : fallbackTitle(status));
		this.name = 'Problem';
		this.status = status;
		this.code = typeof body['code'] === 'string' ? body['code'] : `http.${status}`;
		this.detail = typeof body['detail'] === 'string' ? body['detail'] : null;
		this.requestId = typeof body['request_id'] === 'string' ? body['request_id'] : requestId;
		this.errors = fieldErrors(body['errors']);
		this.retryAfterS = retryAfterS;
		this.body = body;
	}
}

function fieldErrors(value: unknown): FieldError[] {
	if (!Array.isArray(value)) return [];
	return value.filter(
		(e): e is FieldError =>
			typeof e === 'object' && e !== null && typeof (e as FieldError).message === 'string',
	);
}

function fallbackTitle(status: number): string {
	if (status === 0) return t('problem.offline');
	if (status === 401) return t('problem.signed_out');
	if (status === 403) return t('problem.denied');
	if (status === 404) return t('problem.not_found');
	if (status === 429) return t('problem.too_many');
	if (status >= 500) return t('problem.away');
	return t('problem.refused', { status });
}

/** Reads a problem document, or makes one when something else answered (a proxy, nobody). */
export function problemFrom(status: number, text: string, headers: (name: string) => string | null) {
	let body: Record<string, unknown> = {};
	if ((headers('content-type') ?? '').includes('json')) {
		try {
			const parsed: unknown = JSON.parse(text);
			if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>;
		} catch {
			body = {};
		}
	}
	const after = Number(headers('retry-after'));
	return new Problem(
		status,
		body,
		headers('x-request-id'),
		Number.isFinite(after) && after > 0 ? after : null,
	);
}

/** fetch, whose only TypeError of its own is that nobody answered; one of the page's code is a fault. */
export async function fetched(path: string, init: RequestInit): Promise<Response> {
	try {
		return await fetch(path, init);
	} catch (error) {
		if (error instanceof TypeError) throw new Problem(0, {});
		throw error;
	}
}

export function asProblem(error: unknown): Problem {
	if (error instanceof Problem) return error;
	return new Problem(-1, {
		title: t('problem.page'),
		detail: error instanceof Error ? error.message : String(error),
		code: 'page',
	});
}
