// SPDX-License-Identifier: Apache-2.0
// b_first_file - a messy file dropped by a newcomer: draft, publish, rows, rejects, books.
import { readFileSync } from 'node:fs';
import { api, assert, drop, droppable, equal, newContext, shot, signIn, test, until, url } from './harness.mjs';
import { hostile, wide } from './files.mjs';

const sample = new URL('../../docs/examples/retail/messy.csv', import.meta.url);
const number = (text) => Number(text.replaceAll(/[^0-9]/g, ''));

/** Drops latin-1 bytes: the sample is Windows-1252. */
async function dropSample(page) {
	await droppable(page);
	const bytes = [...readFileSync(sample)];
	const transfer = await page.evaluateHandle((b) => {
		const data = new DataTransfer();
		data.items.add(new File([new Uint8Array(b)], 'messy.csv', { type: 'text/csv' }));
		return data;
	}, bytes);
	await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
	await page.getByText('Drop to import').waitFor();
	await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

test('first file: drop, draft, publish, rows', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.getByRole('heading', { name: 'Needs you' }).waitFor();
	await shot(page, 'first-home');
	await dropSample(page);
	await page.getByLabel('Into a new dataset').check();
	await page.getByText('8 columns').waitFor();
	equal(await page.getByLabel('Name').inputValue(), 'messy', 'the proposed name');
	await shot(page, 'import-choice-light');
	await page.getByRole('button', { name: 'Upload and check messy.csv' }).click();
	await page.getByRole('button', { name: 'Review contract' }).click();
	await page.getByRole('gridcell', { name: 'order_no', exact: true }).waitFor();
	await page.getByText('semicolon · windows-1252').waitFor();
	await page.getByRole('gridcell', { name: 'qty', exact: true }).click();
	await page.getByText(/would be refused/).waitFor();
	await shot(page, 'contract-draft-light');
	await page.getByRole('textbox', { name: 'At least' }).fill('1');
	await page.keyboard.press('Enter');
	await page.getByText('Draft saved').waitFor();
	await page.getByRole('gridcell', { name: /≥ 1/ }).click();
	await page.keyboard.press('Control+Enter');
	await page.getByText('v1 is published').waitFor();
	await page.getByRole('link', { name: '1 run started' }).click();
	await page.locator('[data-run-state="done_with_rejects"]').waitFor();
	await page.getByRole('link', { name: '108 loaded' }).click();
	await page.waitForURL((u) => u.searchParams.get('filter') === '_load:eq:2');
	await page.getByText('load #2', { exact: true }).waitFor();
	await page.getByText(/of 108$/).waitFor();
	await page.getByRole('gridcell', { name: '7001', exact: true }).waitFor();
	await page.getByRole('gridcell', { name: '\u00c5se Lindqvist' }).first().waitFor();
	await page.getByRole('button', { name: 'Remove load #2' }).click();
	await page.waitForURL((u) => u.pathname === '/datasets/messy' && u.search === '');
	await context.close();
});

test('first file: a draft that saves itself survives a reload', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/datasets/messy/contract?field=customer`);
	await page.getByRole('textbox', { name: 'Also called' }).fill('Customer; Kunde');
	await Promise.all([
		page.waitForResponse((r) => r.request().method() === 'PUT' && r.ok()),
		page.getByRole('textbox', { name: 'Also called' }).blur(),
	]);
	await page.getByText('Draft saved').waitFor();
	await page.reload();
	await page.getByRole('gridcell', { name: 'Customer; Kunde' }).waitFor();
	await page.getByRole('link', { name: 'JSON' }).click();
	const text = await page.getByRole('textbox', { name: 'Contract as JSON' }).inputValue();
	const field = JSON.parse(text).fields.find((f) => f.name === 'customer');
	equal(field.millrace.aliases.join(), 'Customer,Kunde', 'aliases in JSON');
	await page.getByRole('textbox', { name: 'Contract as JSON' }).fill('{');
	await page.getByText(/JSON/).last().waitFor();
	const contract = await api(page, 'GET', '/api/datasets/messy/contract');
	equal(contract.body.draft.doc.fields.length, 8, 'fields after broken JSON');
	await context.close();
});

test('first file: rejects with line, column, rule and raw row', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/datasets/messy/rejects`);
	await page.getByText('12 rows refused').waitFor();
	const grid = page.getByRole('grid');
	await grid.getByRole('gridcell', { name: 'Qty', exact: true }).first().waitFor();
	await grid.getByText(/qty: `two` is not/).waitFor();
	assert((await grid.locator('mark').first().innerText()).length > 0, 'no bad cell is marked');
	await page.getByRole('button', { name: /^type\.integer/ }).click();
	await page.waitForURL('**rule=type.integer**');
	const facet = number(await page.getByRole('button', { name: /^type\.integer/ }).innerText());
	await until(async () => (await grid.getByRole('row').count()) === facet + 1, 'the chosen rows');
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('link', { name: 'Download all as CSV' }).click(),
	]);
	const lines = readFileSync(await download.path(), 'latin1').trimEnd().split('\n');
	assert(lines[0].includes('_reject'), `the download begins with ${lines[0]}`);
	assert(lines.length >= 13, `the download has ${lines.length} lines`);
	await context.close();
});

test('first file: the same books everywhere', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	const { body } = await api(page, 'GET', '/api/runs?target=online_sales&state=done_with_rejects');
	const run = body.items[0];
	const { read, rejected } = run.account.check;
	await page.goto(`${url}/runs/${run.id}`);
	const words = await page.locator('[data-part="account"]').innerText();
	const [total, ...parts] = words.split(/[=+]/).map(number);
	equal(total, read, 'rows in');
	equal(parts.reduce((a, b) => a + b, 0), read, 'the sum of the parts');
	await page.getByRole('link', { name: /rejected$/ }).click();
	await page.waitForURL(`**/rejects?run=${run.id}`);
	await page.getByText(`${rejected} rows refused`).waitFor();
	await page.goto(`${url}/datasets`);
	const bar = page.getByRole('row', { name: /online_sales/ }).getByRole('img');
	const label = (await bar.first().getAttribute('aria-label')) ?? '';
	equal(number(label.split('=')[0]), read, 'rows in the list, of the last load');
	await context.close();
});

test('first file: hostile values are shown as they are and run nothing', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [{ name: 'hostile.csv', text: hostile() }]);
	await page.getByLabel('Into a new dataset').check();
	await page.getByLabel(/Load at once/).check();
	await page.getByRole('button', { name: 'Load hostile.csv' }).click();
	await page.locator('[data-run-state^="done"]').waitFor();
	await page.goto(`${url}/datasets/hostile`);
	await page.getByRole('gridcell', { name: '<script>window.hacked = 1</script>' }).waitFor();
	equal(await page.evaluate(() => window.hacked), undefined, 'window.hacked');
	await page.getByRole('gridcell', { name: '··two before, one after·' }).waitFor();
	await page.getByText('<202E>').waitFor();
	await page.getByText('2,000 characters').waitFor();
	const cell = page.getByRole('gridcell', { name: '··two before, one after·' });
	await cell.click();
	await page.keyboard.press('Control+c');
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	equal(copied, '  two before, one after ', 'the copied value');
	await page.getByRole('gridcell', { name: `${'9'.repeat(18)}.01` }).waitFor();
	await shot(page, 'hostile-light');
	await context.close();
});

test('first file: of 200 columns only those in sight are drawn', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [{ name: 'wide.csv', text: wide(200, 1500) }]);
	await page.getByLabel('Into a new dataset').check();
	await page.getByLabel(/Load at once/).check();
	await page.getByRole('button', { name: 'Load wide.csv' }).click();
	await page.locator('[data-run-state^="done"]').waitFor();
	await page.goto(`${url}/datasets/wide`);
	await page.getByRole('gridcell', { name: '0.0', exact: true }).waitFor();
	const cells = await page.getByRole('gridcell').count();
	assert(cells < 1200, `${cells} cells are drawn`);
	const grid = page.getByRole('grid');
	await grid.focus();
	await page.keyboard.press('End');
	await page.getByRole('gridcell', { name: '0.199', exact: true }).waitFor();
	await page.keyboard.press('Control+End');
	await until(async () => {
		await page.keyboard.press('Control+End');
		return (await page.getByRole('gridcell', { name: '1499.199', exact: true }).count()) > 0;
	}, 'the last row');
	await page.getByText(/of 1,500$/).waitFor();
	await context.close();
});
