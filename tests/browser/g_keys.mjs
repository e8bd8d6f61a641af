// SPDX-License-Identifier: Apache-2.0
// g_keys - everything by keyboard; the same address is the same screen.
import { orders } from './files.mjs';
import { drop, equal, newContext, signIn, test, until, url } from './harness.mjs';

const path = (page) => new URL(page.url()).pathname;
const focused = (page) =>
	page.evaluate(() => {
		const el = document.activeElement;
		return `${el?.tagName} ${el?.getAttribute('aria-label') ?? el?.textContent ?? ''}`.trim();
	});

test('keys: go, walk rows, open, come back', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.getByRole('heading', { name: 'Recent' }).waitFor();
	await page.keyboard.press('g');
	await page.keyboard.press('d');
	await page.waitForURL('**/datasets');
	await page.getByRole('gridcell').first().waitFor();
	await page.keyboard.press('/');
	await page.keyboard.type('sales_summ');
	await page.waitForURL('**/datasets?q=sales_summ');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.waitForURL('**/datasets/sales_summary');
	await page.getByRole('gridcell').first().waitFor();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	const active = await page.getByRole('grid').getAttribute('aria-activedescendant');
	equal(await page.locator(`[id="${active}"]`).count(), 1, 'the active cell');
	await page.goBack();
	await page.waitForURL('**/datasets?q=sales_summ');
	await page.keyboard.press('g');
	await page.keyboard.press('r');
	await page.waitForURL('**/runs');
	await page.getByRole('gridcell').first().waitFor();
	await page.keyboard.press('j');
	await page.keyboard.press('Enter');
	await until(() => /^\/runs\/[0-9a-f-]{36}$/.test(path(page)), 'the run');
	await page.keyboard.press('g');
	await page.keyboard.press('h');
	await until(() => path(page) === '/', 'home');
	await context.close();
});

test('keys: the sheet opens, closes, and switches the letters off', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.getByRole('heading', { name: 'Recent' }).waitFor();
	await page.keyboard.press('?');
	await page.getByRole('dialog', { name: 'Keys' }).waitFor();
	await page.getByLabel('Single-letter keys').uncheck();
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.keyboard.press('g');
	await page.keyboard.press('d');
	await page.waitForTimeout(200);
	equal(path(page), '/', 'the page after g d with letters off');
	await context.close();
});

test('keys: a skip link comes first, and focus can be seen', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/datasets`);
	await page.getByRole('gridcell').first().waitFor();
	await page.keyboard.press('Tab');
	equal(await focused(page), 'A Skip to the page', 'the first stop');
	const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
	equal(outline, '2px', 'the focus ring');
	await context.close();
});

test('keys: sort, filter and back are in the address', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/datasets/online_sales`);
	await page.getByRole('gridcell').first().waitFor();
	await page.getByLabel('Column').selectOption('region');
	await page.getByLabel('Value').fill('north');
	await page.keyboard.press('Enter');
	await page.waitForURL('**filter=**');
	await page.getByRole('columnheader', { name: /^amount|^unit_price|^price/ }).first().click();
	await page.waitForURL('**sort=**');
	const status = page.getByText(/^rows 1–/);
	await until(async () => !(await status.innerText()).includes('100,000'), 'the filtered count');
	const before = await page.getByRole('grid').innerText();
	const copy = await context.newPage();
	await copy.goto(page.url());
	await copy.getByRole('gridcell').first().waitFor();
	equal(await copy.getByRole('grid').innerText(), before, 'the same address in a new window');
	await page.goBack();
	await until(() => !page.url().includes('sort='), 'the step back');
	await context.close();
});

test('keys: u undoes the newest live load, never redoes', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [{ name: 'keyed.csv', text: orders(40, { from: 90_000 }) }]);
	await page.getByLabel('Into a new dataset').check();
	await page.getByLabel(/Load at once/).check();
	await page.getByRole('button', { name: 'Load keyed.csv' }).click();
	await page.locator('[data-run-state^="done"]').waitFor();
	await page.goto(`${url}/datasets/keyed/loads`);
	await page.getByRole('button', { name: 'Undo keyed #1' }).waitFor();
	await page.keyboard.press('u');
	await page.getByText('40 → 0 rows').waitFor();
	await page.getByRole('button', { name: 'Redo keyed #1' }).waitFor();
	await page.getByRole('heading', { level: 1 }).click();
	await page.keyboard.press('u');
	await page.waitForTimeout(300);
	equal(await page.getByRole('gridcell', { name: /^undone/ }).count(), 1, 'undone loads');
	await context.close();
});

test('keys: home is walked with j and k', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.getByRole('heading', { name: 'Recent' }).waitFor();
	await page.keyboard.press('j');
	const first = await focused(page);
	await page.keyboard.press('j');
	await page.keyboard.press('k');
	equal(await focused(page), first, 'the line after j j k');
	await page.keyboard.press('Enter');
	await until(() => path(page).startsWith('/runs/'), 'the run of the line');
	await context.close();
});
