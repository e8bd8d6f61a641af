// SPDX-License-Identifier: Apache-2.0
// d_runs - a failed run can be read on a phone, progress is honest, a run is cancelled and tried again.
import { api, ask, assert, drop, equal, newContext, shot, signIn, test, until, url } from './harness.mjs';
import { orders } from './files.mjs';

async function inView(page, locator, what) {
	await locator.waitFor();
	const box = await locator.boundingBox();
	const size = page.viewportSize();
	assert(
		box !== null && box.y >= 0 && box.y + box.height <= size.height && box.x >= 0,
		`${what} is not in sight at ${size.width} x ${size.height}: ${JSON.stringify(box)}`,
	);
}

/** What a screen reader says after the name; the page begins it with a capital. */
async function describedBy(button) {
	const text = await button.evaluate(
		(el) => document.getElementById(el.getAttribute('aria-describedby') ?? '')?.textContent ?? '',
	);
	return text.charAt(0).toLowerCase() + text.slice(1);
}

for (const viewport of [
	{ width: 1280, height: 800 },
	{ width: 390, height: 844 },
]) {
	test(`runs: why it failed is seen without scrolling at ${viewport.width}`, async () => {
		const context = await newContext({ viewport });
		const page = await context.newPage();
		await signIn(page);
		const { body } = await api(page, 'GET', '/api/runs?state=failed');
		const run = body.items[0];
		await page.goto(`${url}/runs/${run.id}`);
		await inView(page, page.getByText(run.headline.replace(/^Failed: /, '')).first(), 'the reason');
		const retry = page.getByRole('button', { name: /retry/i });
		await inView(page, retry, 'Retry');
		const { plan } = run.next.find((n) => n.action === 'retry');
		await inView(page, page.getByText(plan.text), 'what a retry does');
		equal(await describedBy(retry), plan.text, 'the description of Retry');
		await inView(page, page.getByRole('region', { name: 'Timeline of the tasks' }), 'the timeline');
		await inView(page, page.getByRole('img', { name: /failed|gave up/ }).first(), 'the failed task');
		await inView(page, page.getByRole('grid', { name: 'Log' }), 'the log');
		await shot(page, `run-failed-${viewport.width}`);
		await page.goto(`${url}/`);
		const line = page.getByRole('listitem').filter({ hasText: `${run.target} #${run.no}` });
		const there = line.getByRole('button', { name: /retry/i }).first();
		await there.waitFor();
		equal(await describedBy(there), plan.text, 'the description of Retry at home');
		await context.close();
	});
}

test('runs: the bar stops before the load while nobody loads, and then goes on', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await ask('stop', 'transform');
	try {
		await drop(page, [{ name: 'patient.csv', text: orders(2000, { from: 50_000 }) }]);
		await page.getByLabel('Into a new dataset').check();
		await page.getByLabel(/Load at once/).check();
		await page.getByRole('button', { name: 'Load patient.csv' }).click();
		const stages = page.locator('ol li[data-state]');
		await until(
			async () => (await stages.nth(1).getAttribute('data-state')) === 'done',
			'the end of the check',
		);
		await page.getByText(/waiting for the transform service/i).first().waitFor();
		const bar = page.getByRole('progressbar', { name: 'Upload, check, load, commit' });
		equal(await bar.getAttribute('aria-valuenow'), '50', 'the bar while it waits');
		await shot(page, 'import-waiting-light');
	} finally {
		await ask('start', 'transform');
	}
	await page.locator('[data-run-state^="done"]').waitFor({ timeout: 40_000 });
	const bar = page.getByRole('progressbar', { name: 'Upload, check, load, commit' });
	equal(await bar.getAttribute('aria-valuenow'), '100', 'the bar after the commit');
	await shot(page, 'import-done-light');
	await context.close();
});

/** What the page hears of a run, in place of the suite: events of one stream. */
const news = (...events) => events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('');

test('runs: what the check told is not shown of the load', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	const { body } = await api(page, 'GET', '/api/runs?target=online_sales');
	const done = body.items.find((r) => r.load_no !== null);
	const [check, load] = done.tasks;
	const at = (version, headline, states) => ({
		...done,
		version: done.version + version,
		state: 'running',
		headline,
		finished_at: null,
		tasks: [{ ...check, state: states[0] }, { ...load, state: states[1] }],
	});
	const told = (stage, rows) => ['progress', {
		...{ run_id: done.id, version: 1, stage, bytes: 3_000_000, bytes_total: 4_000_000, rows },
		...{ rejects: 0, rate: 40_000, eta_ms: 9000 },
	}];
	const checking = ['run', at(1, 'Checking online_sales.csv', ['running', 'blocked'])];
	let heard = news(checking, told('check', 75_000));
	await context.route('**/api/events', (route) =>
		route.fulfill({ contentType: 'text/event-stream', body: heard }));
	await page.goto(`${url}/runs/${done.id}`);
	await page.getByText(/3.00 MB of 4.00 MB · 75,000 rows · 40,000 rows\/s/).waitFor();
	await shot(page, 'run-checking-light');
	heard = news(['run', at(2, 'Loading into online_sales', ['done', 'running'])]);
	await page.getByText('Loading into online_sales').waitFor();
	equal(await page.getByText(/75,000 rows/).count(), 0, 'lines that tell of the check');
	await shot(page, 'run-loading-light');
	heard = news(told('load', 60_000));
	await page.getByText(/^60,000 rows · 40,000 rows\/s/).waitFor();
	await context.unrouteAll({ behavior: 'ignoreErrors' });
	await context.close();
});

test('runs: a waiting run is cancelled, and tried again', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/datasets/sales_summary`);
	await page.getByRole('button', { name: 'Run again' }).waitFor();
	await ask('stop', 'transform');
	try {
		await page.getByRole('button', { name: 'Run again' }).click();
		await page.waitForURL('**/runs/*');
		await page.getByRole('button', { name: 'Cancel' }).click();
		await page.locator('[data-run-state="cancelled"]').waitFor();
		await page.getByText('Runs the load', { exact: true }).waitFor();
	} finally {
		await ask('start', 'transform');
	}
	const before = page.url();
	await page.getByRole('button', { name: /retry/i }).click();
	await page.waitForURL((u) => u.href !== before);
	await page.locator('[data-run-state="done"]').waitFor({ timeout: 40_000 });
	await page.getByText('Inputs and outputs').click();
	await page.getByText('the earlier run').waitFor();
	await context.close();
});

test('runs: an unusable file asks for a better file before a retry', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [{ name: 'archive.csv', text: 'PK\u0003\u0004\u0000\u0000,b\n1,2\n' }]);
	await page.getByLabel('Into a new dataset').check();
	await page.getByLabel(/Load at once/).check();
	await page.getByRole('button', { name: 'Load archive.csv' }).click();
	await page.locator('[data-run-state="failed"]').waitFor({ timeout: 40_000 });
	await page.getByRole('link', { name: 'archive #1' }).click();
	const retry = page.getByRole('button', { name: /retry/i });
	await inView(page, page.getByText(/Save it as CSV with UTF-8 text/), 'what to do');
	equal(await retry.getAttribute('data-variant'), 'default', 'the style of Retry');
	equal(
		await describedBy(retry),
		'save it as CSV with UTF-8 text and import it again. Runs the check and the load',
		'the description of Retry',
	);
	await shot(page, 'run-unusable-light');
	await context.close();
});
