// SPDX-License-Identifier: Apache-2.0
// i_report - a file is looked at before it is sent, a draft before it counts, and a run tells what its
// rows hold.
import { gzipSync } from 'node:zlib';
import { answerLate, api, assert, axe, drop, droppable, equal, newContext, shot, signIn, test, until, url } from './harness.mjs';

/** Orders whose region is trimmed, whose short rows are repaired and whose prices are sometimes wrong. */
function file(n) {
	const lines = ['id,region,price,day'];
	for (let i = 1; i <= n; i++) {
		const region = i % 50 === 0 ? ' north ' : ['north', 'south', 'east'][i % 3];
		const price = i % 100 === 7 ? '"1.234,56 EUR"' : `${i % 90}.50`;
		const day = `2026-11-${String(1 + (i % 28)).padStart(2, '0')}`;
		lines.push(i % 100 === 9 ? `${i},${region},${price}` : [i, region, price, day].join(','));
	}
	return `${lines.join('\n')}\n`;
}

const doc = {
	fields: [
		{ name: 'id', type: 'integer', constraints: { unique: true } },
		{ name: 'region', type: 'string', millrace: { normalise: ['trim'] } },
		{ name: 'price', type: 'number', millrace: { type: 'decimal', precision: 12, scale: 2 } },
		{ name: 'day', type: 'date' },
	],
	millrace: { bad_rows: 'repair', budget_pct: 5 },
};

async function publish(page, name, contract) {
	const draft = await api(page, 'PUT', `/api/datasets/${name}/contract/draft`, { doc: contract });
	assert(draft.status === 201, `the draft: ${JSON.stringify(draft.body)}`);
	const published = await api(page, 'POST', `/api/datasets/${name}/contract/publish`);
	equal(published.status, 200, 'publishing');
}

/** The run of a file, once it ended. */
async function load(page, name, text) {
	const sent = await page.evaluate(
		async ([n, body]) => {
			const session = await (await fetch('/auth/session')).json();
			const answer = await fetch(`/api/uploads/orders.csv?dataset=${n}`, {
				method: 'PUT',
				headers: { 'X-CSRF-Token': session.csrf_token },
				body,
			});
			return answer.json();
		},
		[name, text],
	);
	return until(async () => {
		const run = (await api(page, 'GET', `/api/runs/${sent.run_id}`)).body;
		return run.finished_at === null ? null : run;
	}, `the end of run ${sent.run_id}`);
}

test('report: a dropped file shows its columns and where it belongs, before it is sent', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/`);
	await api(page, 'POST', '/api/datasets', { name: 'looked_at' });
	await publish(page, 'looked_at', doc);
	await drop(page, [{ name: 'orders-2026.csv', text: file(2000) }]);
	const began = Date.now();
	const look = page.locator('[data-part="look"]');
	await look.getByRole('columnheader', { name: /price/ }).waitFor();
	assert(Date.now() - began < 3000, `the columns took ${Date.now() - began} ms`);
	await look.getByText(/Read as comma · utf-8/).waitFor();
	await page.getByText('Looks like looked_at: 4 of 4 columns fit').waitFor();
	await shot(page, 'import-look-light');
	await axe(page, 'the look at a file');
	await page.getByRole('button', { name: 'Load orders-2026.csv' }).click();
	await page.locator('[data-run-state^="done"]').waitFor();
	await context.close();
});

test('report: every kind of file that is read can be chosen, and a packed one is looked into', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	const input = page.locator('#import-files');
	await droppable(page);
	const accepted = (await input.getAttribute('accept')).split(',');
	/* What browsers ask of a name is what stands behind its last dot. */
	for (const end of ['.csv', '.tsv', '.tab', '.psv', '.txt', '.gz', '.zst']) {
		assert(accepted.includes(end), `${end} is not among ${accepted}`);
	}
	const buffer = gzipSync(file(500));
	await input.setInputFiles({ name: 'orders.csv.gz', mimeType: 'application/gzip', buffer });
	const look = page.locator('[data-part="look"]');
	await look.getByRole('columnheader', { name: /price/ }).waitFor();
	await look.getByText(/Read as gzip · comma · utf-8/).waitFor();
	await context.close();
});

test('report: what is no table is said before it is sent', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [{ name: 'book.csv', text: 'PK\u0003\u0004 not a table' }]);
	await page.getByText(/This does not look like a table: .*ZIP/).waitFor();
	await context.close();
});

test('report: what the rows hold, what was refused, what was changed', async () => {
	for (const colorScheme of ['light', 'dark']) {
		const context = await newContext({ colorScheme });
		const page = await context.newPage();
		await signIn(page);
		const name = `reported_${colorScheme}`;
		await api(page, 'POST', '/api/datasets', { name });
		await publish(page, name, doc);
		const run = await load(page, name, file(5000));
		equal(run.state, 'done_with_rejects', 'the run');
		await page.goto(`${url}/runs/${run.id}?tab=report`);
		const report = page.locator('[data-part="report"]');
		await report.getByRole('heading', { name: /What the rows hold/ }).waitFor();
		const tabs = page.getByRole('navigation', { name: 'Parts of this run' });
		equal(await tabs.locator('[aria-current]').allInnerTexts().then((x) => x.join()), 'Report', 'the tab');
		await report.getByRole('button', { name: 'region', exact: true }).press('Enter');
		await page.waitForURL('**column=region**');
		const detail = page.getByRole('region', { name: 'Column region' });
		await detail.getByText('Most frequent').waitFor();
		await detail.getByText('north', { exact: true }).first().waitFor();
		await report.getByRole('img', { name: /Values of price/ }).first().waitFor();
		await report.getByText('50 rows repaired').click();
		await report.getByText('repair.pad').first().waitFor();
		const repaired = report.getByText('repair.pad');
		equal(await repaired.count(), 20, 'repairs shown at first');
		await report.getByRole('button', { name: 'Show 30 more' }).click();
		equal(await repaired.count(), 50, 'repairs shown then');
		equal(await report.getByRole('button', { name: /^Show/ }).count(), 0, 'more to show');
		const all = await report.getByRole('link', { name: 'Download all repairs as CSV' }).getAttribute('href');
		const repairs = await page.evaluate((path) => fetch(path).then((r) => r.text()), all);
		equal(repairs.trim().split('\n').length, 51, 'lines of the repairs');
		await report.getByText('region: 100 cells normalised').waitFor();
		await page.waitForTimeout(200);
		await shot(page, `run-report-${colorScheme}`);
		await axe(page, `report ${colorScheme}`, colorScheme);
		await report.getByRole('link', { name: /9\.999,99 a/ }).click();
		await page.waitForURL(`**/datasets/${name}/rejects**shape=**`);
		const grid = page.getByRole('grid');
		await grid.locator('mark').first().waitFor();
		equal((await grid.locator('mark').first().innerText()).trim(), '1.234,56 EUR', 'the bad cell');
		await shot(page, `rejects-shape-${colorScheme}`);
		await axe(page, `rejects by shape ${colorScheme}`, colorScheme);
		await context.close();
	}
});

test('report: a draft shows what it changes before it is published', async () => {
	for (const colorScheme of ['light', 'dark']) {
		const context = await newContext({ colorScheme });
		const page = await context.newPage();
		await signIn(page);
		const name = `reported_${colorScheme}`;
		await page.goto(`${url}/datasets/${name}/contract?field=price`);
		await page.getByRole('textbox', { name: 'At least' }).fill('10');
		await page.keyboard.press('Tab');
		const effect = page.locator('[data-part="effect"]');
		await effect.getByText(/would newly be refused/).waitFor();
		const fails = effect.locator('[data-side="fails"] details').first();
		await fails.locator('summary').press('Enter');
		await fails.locator('mark').first().waitFor();
		await page.waitForTimeout(200);
		await shot(page, `contract-effect-${colorScheme}`);
		await axe(page, `effect ${colorScheme}`, colorScheme);
		const contract = await api(page, 'GET', `/api/datasets/${name}/contract`);
		equal(contract.body.published.version, 1, 'nothing is published by looking');
		await context.close();
	}
});

test('report: a trial can be cancelled and tried again', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await answerLate(page, '**/contract/preview', 4000);
	await page.goto(`${url}/datasets/reported_light/contract`);
	const effect = page.locator('[data-part="effect"]');
	await effect.getByRole('button', { name: 'Cancel' }).click();
	await effect.getByText('Stopped.').waitFor();
	await page.unrouteAll({ behavior: 'ignoreErrors' });
	await effect.getByRole('button', { name: 'Try it on the last file' }).click();
	await effect.getByText(/would newly be refused/).waitFor();
	await context.close();
});
