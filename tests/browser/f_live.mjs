// SPDX-License-Identifier: Apache-2.0
// f_live - tabs share one event stream and agree; rows are never swapped under a reader's eyes.
import { ask, drop, equal, newContext, signIn, test, until, url } from './harness.mjs';
import { orders } from './files.mjs';

/** far under the silence after which a tab asks by itself (SILENCE_MS of LiveStore) */
const HEARD_MS = 10_000;

test('live: six tabs, one stream, all of them hear', async () => {
	const context = await newContext();
	const streams = [];
	context.on('request', (r) => {
		if (r.url().endsWith('/api/events')) streams.push(r);
	});
	const first = await context.newPage();
	await signIn(first);
	const pages = [first];
	for (let i = 0; i < 5; i++) {
		const page = await context.newPage();
		await page.goto(`${url}/runs`);
		pages.push(page);
	}
	for (const page of pages) await page.locator('[data-live="live"]').waitFor();
	equal(streams.length, 1, 'event streams of six tabs');
	await drop(first, [{ name: 'heard.csv', text: orders(50, { from: 70_000 }) }]);
	await first.getByLabel('Into a new dataset').check();
	await first.getByLabel(/Load at once/).check();
	await first.getByRole('button', { name: 'Load heard.csv' }).click();
	await first.locator('[data-run-state^="done"]').waitFor();
	for (const page of pages.slice(1)) {
		const row = page.getByRole('row', { name: /heard #1/ });
		await row.getByText(/^done/).first().waitFor({ timeout: HEARD_MS });
	}
	await first.close();
	await until(() => streams.length === 2, 'the next tab to take over');
	await context.close();
});

test('live: news is offered, the rows stay', async () => {
	const context = await newContext();
	const reader = await context.newPage();
	await signIn(reader);
	await reader.goto(`${url}/datasets/heard`);
	await reader.getByText(/of 50$/).waitFor();
	const writer = await context.newPage();
	await writer.goto(`${url}/datasets/heard`);
	await drop(writer, [{ name: 'heard_2.csv', text: orders(25, { from: 80_000 }) }]);
	await writer.getByRole('button', { name: 'Load heard_2.csv' }).click();
	await writer.locator('[data-run-state^="done"]').waitFor();
	await reader.getByText('heard #2 loaded 25 rows.').waitFor();
	await reader.getByText(/of 50$/).waitFor();
	await reader.getByRole('button', { name: 'Show' }).click();
	await reader.getByText(/of 75$/).waitFor();
	await context.close();
});

test('live: silence is said, and the page asks by itself', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/runs`);
	await page.locator('[data-live="live"]').waitFor();
	await ask('stop', 'job-orchestrator');
	await page.getByText(/Reconnecting, last news/).waitFor({ timeout: 50_000 });
	await ask('start', 'job-orchestrator');
	await page.locator('[data-live="live"]').waitFor({ timeout: 30_000 });
	await context.close();
});
