// SPDX-License-Identifier: Apache-2.0
// h_screens - each screen, light and dark: a picture and no findings of axe; empty and failing too;
// reflow at 320 px.
import { api, assert, axe, newContext, shot, signIn, test, url } from './harness.mjs';

async function screens(page) {
	const failed = (await api(page, 'GET', '/api/runs?state=failed')).body.items[0];
	const rejects = (await api(page, 'GET', '/api/runs?target=online_sales&state=done_with_rejects')).body;
	const done = rejects.items[0];
	return {
		home: '/',
		datasets: '/datasets',
		data: '/datasets/online_sales',
		contract: '/datasets/online_sales/contract',
		loads: '/datasets/online_sales/loads',
		rejects: `/datasets/online_sales/rejects?run=${done.id}`,
		runs: '/runs',
		run: `/runs/${done.id}`,
		'run-failed': `/runs/${failed.id}`,
		'run-facts': `/runs/${done.id}?tab=facts`,
		'run-report': `/runs/${done.id}?tab=report`,
		import: `/imports/${done.upload_id}`,
		'import-new': '/imports/new',
	};
}

async function settled(page, live = true) {
	await page.waitForLoadState('load');
	await page.locator('h1').first().waitFor();
	if (live) await page.locator('[data-live="live"]').waitFor();
	await page.waitForTimeout(250);
}

for (const colorScheme of ['light', 'dark']) {
	test(`screens: full, ${colorScheme}`, async () => {
		const context = await newContext({ colorScheme });
		const page = await context.newPage();
		await page.goto(`${url}/signin`);
		await page.getByLabel('User name').waitFor();
		await shot(page, `signin-full-${colorScheme}`);
		await axe(page, 'signin', colorScheme);
		await signIn(page);
		for (const [name, path] of Object.entries(await screens(page))) {
			await page.goto(url + path);
			await settled(page);
			await shot(page, `${name}-full-${colorScheme}`);
			await axe(page, `${name} ${colorScheme}`, colorScheme);
		}
		await context.close();
	});

	test(`screens: empty and failing, ${colorScheme}`, async () => {
		const context = await newContext({ colorScheme });
		const page = await context.newPage();
		await signIn(page);
		const all = await screens(page);
		const names = ['home', 'datasets', 'data', 'contract', 'loads', 'rejects', 'runs', 'run'];
		const problem = { title: 'The service does not answer', status: 503, code: 'http.unavailable' };
		for (const kind of ['empty', 'error']) {
			await page.route(/\/api\/(?!events)/, (route) =>
				kind === 'empty'
					? route.fulfill({ json: { items: [], next_cursor: null, total: 0, stored: 0, by_rule: [], by_column: [], published: null, draft: null, columns: [], row_count: 0, last_load: null, name: 'online_sales', domain: 'default', kind: 'upload', mode: 'append' } })
					: route.fulfill({ status: 503, json: problem, contentType: 'application/problem+json' }),
			);
			await page.route('**/api/events', (route) => route.abort());
			for (const name of kind === 'empty' ? names.slice(0, 7) : names) {
				await page.goto(url + all[name]);
				await settled(page, false);
				if (kind === 'error') {
					await page.locator('[data-part="problem"]').first().waitFor({ timeout: 10_000 });
				}
				await shot(page, `${name}-${kind}-${colorScheme}`);
				await axe(page, `${name} ${kind} ${colorScheme}`, colorScheme);
			}
			await page.unrouteAll();
		}
		await context.close();
	});
}

test('screens: no sideways scrolling at 320 px', async () => {
	const context = await newContext({ viewport: { width: 320, height: 640 } });
	const page = await context.newPage();
	await signIn(page);
	for (const [name, path] of Object.entries(await screens(page))) {
		await page.goto(url + path);
		await settled(page);
		const wide = await page.evaluate(() =>
			Math.max(document.documentElement.scrollWidth, document.getElementById('main').scrollWidth),
		);
		await shot(page, `${name}-320`);
		assert(wide <= 320, `${name} is ${wide} px wide`);
	}
	await context.close();
});

test('screens: the first frame has the colours of the scheme', async () => {
	const context = await newContext({ colorScheme: 'dark' });
	const page = await context.newPage();
	await page.route('**/assets/*.js', (route) => route.abort());
	await page.goto(`${url}/signin`, { waitUntil: 'commit' });
	await page.waitForLoadState('domcontentloaded');
	await page.waitForTimeout(200);
	const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
	assert(ground === 'rgb(23, 28, 26)', `the first frame is ${ground}`);
	await context.close();
});
