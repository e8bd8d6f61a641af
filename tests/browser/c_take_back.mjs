// SPDX-License-Identifier: Apache-2.0
// c_take_back - a load is undone and done again in its place; the same bytes are asked about.
import { drop, equal, newContext, signIn, test, until, url } from './harness.mjs';
import { orders } from './files.mjs';

async function load(page, name, text) {
	await drop(page, [{ name, text }]);
	const fresh = page.getByLabel('Into a new dataset');
	await fresh.check();
	await page.getByLabel(/Load at once/).check();
	await page.getByRole('button', { name: `Load ${name}` }).click();
	await page.locator('[data-run-state^="done"]').waitFor();
}

test('take back: undo and redo stay in the row and move the count', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await load(page, 'returns.csv', orders(500));
	await page.goto(`${url}/datasets/returns/loads`);
	await page.getByText('500 rows').waitFor();
	const number = page.getByRole('link', { name: '500 loaded' });
	const href = await number.getAttribute('href');
	equal(new URL(href, url).searchParams.get('filter'), '_load:eq:1', 'what the number opens');
	await page.getByRole('button', { name: 'Undo returns #1' }).click();
	await page.getByText('500 → 0 rows').waitFor();
	await page.getByText(/^0 rows/).waitFor();
	await page.getByRole('gridcell', { name: /^undone/ }).waitFor();
	equal(await page.getByRole('dialog').count(), 0, 'dialogs');
	equal(await number.count(), 0, 'links to rows that are not there');
	await page.getByRole('button', { name: 'Redo returns #1' }).click();
	await page.getByText(/^500 rows/).waitFor();
	await page.goto(`${url}/datasets/returns`);
	await page.getByText(/of 500$/).waitFor();
	await page.goto(`${url}/`);
	await page.getByText('Recent').waitFor();
	const line = page.getByRole('listitem').filter({ hasText: 'returns #1' });
	await line.getByRole('link', { name: '500 loaded' }).first().click();
	await page.getByText('load #1', { exact: true }).waitFor();
	await page.getByText(/of 500$/).waitFor();
	await context.close();
});

test('take back: the same bytes are asked about, then loaded again', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	const text = orders(300, { from: 9000 });
	await load(page, 'twice.csv', text);
	await page.goto(`${url}/datasets/twice`);
	await drop(page, [{ name: 'twice.csv', text }]);
	await page.getByRole('button', { name: 'Load twice.csv' }).click();
	await page.getByText('The same bytes were loaded before.').waitFor();
	await page.getByText('They came in as twice #1.').waitFor();
	await page.getByRole('button', { name: 'Load again' }).click();
	await page.locator('[data-run-state^="done"]').waitFor();
	await page.goto(`${url}/datasets/twice`);
	await until(async () => (await page.getByText(/^600 rows/).count()) > 0, '600 rows');
	await context.close();
});
