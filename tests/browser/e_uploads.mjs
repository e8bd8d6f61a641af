// SPDX-License-Identifier: Apache-2.0
// e_uploads - an upload is paused, loses the network, loses its tab, and still arrives whole.
import { api, ask, assert, drop, equal, newContext, password, signIn, test, until, url } from './harness.mjs';
import { orders } from './files.mjs';

const ROWS = 60_000;
const SLOW = '400000';

/** The suite's address through a network that can be slow or gone. */
async function throughNet() {
	return `http://localhost:${await ask('net', 'port')}`;
}

async function begin(page, name, from) {
	await drop(page, [{ name, text: orders(ROWS, { from }) }]);
	await page.getByLabel('Into a new dataset').check();
	await page.getByLabel(/Load at once/).check();
	await ask('net', SLOW);
	await page.getByRole('button', { name: `Load ${name}` }).click();
	await page.waitForURL(/imports\/[0-9a-f-]{36}/);
	await until(async () => {
		const bar = page.getByRole('progressbar');
		return Number(await bar.getAttribute('aria-valuenow')) >= 2;
	}, 'the first bytes');
	return page.url();
}

test('uploads: pause, resume, and a lost network', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page, 'admin', password, await throughNet());
	await begin(page, 'slow.csv', 1);
	await page.getByRole('button', { name: 'Pause' }).click();
	await page.getByText('Paused').waitFor();
	await page.getByRole('button', { name: 'Resume' }).click();
	await page.getByText('Uploading', { exact: true }).waitFor();
	await ask('net', 'cut');
	await page.getByText(/No connection/).waitFor({ timeout: 30_000 });
	await ask('net', 'mend');
	await page.locator('[data-run-state^="done"]').waitFor({ timeout: 40_000 });
	await page.goto(`${url}/datasets/slow`);
	await page.getByText(/^60,000 rows/).waitFor();
	await context.close();
});

test('uploads: a closed tab goes on from where it was', async () => {
	const context = await newContext();
	const first = await context.newPage();
	await signIn(first, 'admin', password, await throughNet());
	const address = await begin(first, 'torn.csv', 1_000_000);
	const id = address.split('/').pop();
	await until(async () => {
		return Number(await first.getByRole('progressbar').getAttribute('aria-valuenow')) > 8;
	}, 'a third of the bytes');
	await ask('net', 'cut');
	await first.close({ runBeforeUnload: false });
	await ask('net', 'mend');
	const page = await context.newPage();
	await page.goto(address);
	await page.getByText(/Drop torn.csv again to go on from/).waitFor();
	await until(async () => {
		const { body } = await api(page, 'GET', `/api/uploads/${id}`);
		return body.offset > 0;
	}, 'the bytes that were kept');
	const { body: kept } = await api(page, 'GET', `/api/uploads/${id}`);
	assert(kept.offset < kept.length, 'the upload was whole before');
	await drop(page, [{ name: 'torn.csv', text: orders(ROWS, { from: 1_000_000 }) }]);
	await page.locator('[data-run-state^="done"]').waitFor({ timeout: 40_000 });
	await page.goto(`${url}/datasets/torn`);
	await page.getByText(/^60,000 rows/).waitFor();
	await context.close();
});

test('uploads: several files go one after the other', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [
		{ name: 'many_1.csv', text: orders(100, { from: 1 }) },
		{ name: 'many_2.csv', text: orders(200, { from: 101 }) },
		{ name: 'many_3.csv', text: orders(300, { from: 301 }) },
	]);
	await page.getByLabel('Into a new dataset').check();
	await page.getByLabel(/Load at once/).check();
	await page.getByRole('button', { name: 'Load 3 files' }).click();
	await page.waitForURL(/imports\/[0-9a-f-]{36}/);
	await until(async () => {
		const { body } = await api(page, 'GET', '/api/tables/many');
		return body?.row_count === 600;
	}, '600 rows');
	const { body } = await api(page, 'GET', '/api/runs?target=many');
	const order = body.items.map((r) => `${r.no} ${r.file.name}`).reverse().join(', ');
	equal(order, '1 many_1.csv, 2 many_2.csv, 3 many_3.csv', 'the order of the files');
	await context.close();
});
