// SPDX-License-Identifier: Apache-2.0
// client - fetch with our session, CSRF header, idempotency key and problem documents.
import { fetched, problemFrom } from './problem';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
	body?: unknown;
	/** sent as If-Match */
	etag?: string | undefined;
	/** one key per act of a person, so that a double click is one act */
	idempotencyKey?: string | undefined;
	signal?: AbortSignal | undefined;
}

let csrfToken: string | null = null;
const lostListeners = new Set<() => void>();

export function setCsrfToken(token: string | null): void {
	csrfToken = token;
}

export function getCsrfToken(): string | null {
	return csrfToken;
}

/** Called when any request finds the session gone. */
export function onSessionLost(listener: () => void): () => void {
	lostListeners.add(listener);
	return () => lostListeners.delete(listener);
}

export function reportSessionLost(): void {
	for (const listener of lostListeners) listener();
}

function headersFor(method: Method, o: RequestOptions): Record<string, string> {
	const h: Record<string, string> = { Accept: 'application/json' };
	if (o.body !== undefined) h['Content-Type'] = 'application/json';
	if (method !== 'GET' && csrfToken !== null) h['X-CSRF-Token'] = csrfToken;
	if (o.etag !== undefined) h['If-Match'] = o.etag;
	if (o.idempotencyKey !== undefined) h['Idempotency-Key'] = o.idempotencyKey;
	return h;
}

export async function request<T>(method: Method, path: string, o: RequestOptions = {}): Promise<T> {
	const response = await fetched(path, {
		method,
		headers: headersFor(method, o),
		body: o.body === undefined ? null : JSON.stringify(o.body),
		credentials: 'same-origin',
		signal: o.signal ?? null,
	});
	const text = await response.text();
	if (!response.ok) {
		if (response.status === 401 && !path.startsWith('/auth/')) reportSessionLost();
		throw problemFrom(response.status, text, (name) => response.headers.get(name));
	}
	return (text === '' ? null : JSON.parse(text)) as T;
}

export const get = <T>(path: string, signal?: AbortSignal) => request<T>('GET', path, { signal });
export const post = <T>(path: string, body?: unknown, o: RequestOptions = {}) =>
	request<T>('POST', path, { ...o, body });

/** Builds a query string from what is set; arrays repeat their key. */
export function query(params: Record<string, string | number | string[] | null | undefined>) {
	const q = new URLSearchParams();
	for (const [key, value] of Object.entries(params)) {
		if (value === null || value === undefined || value === '') continue;
		for (const v of Array.isArray(value) ? value : [value]) q.append(key, String(v));
	}
	const s = q.toString();
	return s === '' ? '' : `?${s}`;
}

/** The name of a dataset in one path segment; the default domain goes without saying. */
export function refOf(domain: string, name: string): string {
	return domain === 'default' ? name : `${domain}.${name}`;
}

export function domainOf(ref: string): string {
	const dot = ref.indexOf('.');
	return dot < 0 ? 'default' : ref.slice(0, dot);
}

export function newKey(): string {
	return crypto.randomUUID();
}
