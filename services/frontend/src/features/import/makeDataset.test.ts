// SPDX-License-Identifier: Apache-2.0
// makeDataset.test - a taken name is a refusal, and asking twice for the same dataset is not.
import { afterEach, expect, it, vi } from 'vitest';
import { makeDataset } from './makeDataset';

afterEach(() => vi.unstubAllGlobals());

/** As the server: a name belongs to the id it was made with. */
function server(names: Record<string, string>): void {
	vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
		const { id, name } = JSON.parse(init.body as string) as { id?: string; name: string };
		const there = names[name] !== undefined;
		const other = there && id !== undefined && names[name] !== id;
		names[name] ??= id ?? 'made by the server';
		const body = other ? { code: 'dataset.exists', title: 'Conflict' } : { name };
		return Promise.resolve(
			new Response(JSON.stringify(body), {
				status: other ? 409 : there ? 200 : 201,
				headers: { 'content-type': 'application/json' },
			}),
		);
	});
}

const settings = (id: string) => ({ id, name: 'orders', mode: 'append' as const, auto_publish: false });

it('refuses a name that another dataset has', async () => {
	server({ orders: 'of somebody' });
	await expect(makeDataset(settings('mine'))).rejects.toThrow(/There is a dataset of this name/);
});

it('takes the same request again after an answer that was lost', async () => {
	server({});
	await makeDataset(settings('mine'));
	await expect(makeDataset(settings('mine'))).resolves.toBeUndefined();
});
