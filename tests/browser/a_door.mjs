// SPDX-License-Identifier: Apache-2.0
// a_door - getting in, being refused, roles, an ended session, getting out.
import { api, ask, assert, equal, newContext, password, signIn, test, url } from './harness.mjs';

test('door: one sentence for a wrong password, and the way back is kept', async () => {
	const context = await newContext();
	const page = await context.newPage();
	const foreign = [];
	page.on('request', (r) => {
		if (new URL(r.url()).host !== new URL(url).host && !r.url().startsWith('data:')) foreign.push(r.url());
	});
	await page.goto(`${url}/runs?state=failed`);
	await page.waitForURL('**/signin?next=**');
	const enter = async (name, word) => {
		await page.getByLabel('User name').fill(name);
		await page.getByLabel('Password', { exact: true }).fill(word);
		const answer = page.waitForResponse('**/auth/signin');
		await page.keyboard.press('Enter');
		return (await answer).status();
	};
	const sentence = async () => (await page.getByRole('alert').innerText()).split('\n')[0];
	equal(await enter('admin', 'not the password'), 401, 'a wrong password');
	const wrong = await sentence();
	equal(await enter('nobody at all', 'not the password'), 401, 'an unknown name');
	equal(await sentence(), wrong, 'the sentence');
	// The form takes the next try when it has shown the refusal of this one.
	await page.getByRole('button', { name: 'Sign in' }).and(page.locator(':enabled')).waitFor();
	equal(await enter('admin', password), 200, 'the right password');
	await page.waitForURL('**/runs?state=failed');
	equal(foreign.length, 0, `requests to other hosts: ${foreign}`);
	await context.close();
});

test('door: next never leads away', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await page.goto(`${url}/signin?next=${encodeURIComponent('//evil.example/')}`);
	await page.getByLabel('User name').fill('admin');
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	equal(new URL(page.url()).host, new URL(url).host, 'host');
	await context.close();
});

test('door: an analyst reads and is offered nothing else', async () => {
	await ask('analyst', 'anna');
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page, 'anna', 'anna');
	await page.goto(`${url}/datasets/online_sales`);
	await page.getByRole('gridcell').first().waitFor();
	equal(await page.getByRole('button', { name: 'Import a file' }).count(), 0, 'import buttons');
	await page.getByRole('link', { name: 'Loads' }).click();
	await page.getByRole('gridcell').first().waitFor();
	equal(await page.getByRole('button', { name: /^Undo/ }).count(), 0, 'undo buttons');
	await page.getByRole('link', { name: /^Rejects/ }).click();
	await page.getByText('The refused rows themselves are for Data Managers.').waitFor();
	equal(await page.getByRole('link', { name: /Download/ }).count(), 0, 'downloads');
	await page.getByRole('link', { name: 'Contract' }).click();
	await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
	equal(await page.getByRole('button', { name: /^Publish/ }).count(), 0, 'publish buttons');
	assert(await page.getByRole('textbox', { name: 'Name', exact: true }).isDisabled(), 'a field can be edited');
	await context.close();
});

test('door: an ended session keeps the page and is mended in place', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.goto(`${url}/datasets?q=online`);
	await page.getByRole('link', { name: 'online_sales' }).waitFor();
	await api(page, 'POST', '/auth/signout');
	await page.getByRole('link', { name: 'online_sales' }).click();
	const bar = page.getByRole('region', { name: 'Session ended' });
	await bar.getByLabel('Password', { exact: true }).fill(password);
	await bar.getByRole('button', { name: 'Sign in' }).click();
	await bar.waitFor({ state: 'detached' });
	await page.getByRole('gridcell').first().waitFor();
	assert(page.url().endsWith('/datasets/online_sales'), `the page moved to ${page.url()}`);
	await context.close();
});

test('door: signing out ends the session for good', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await page.getByRole('button', { name: /sign out/ }).click();
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	await page.waitForURL('**/signin');
	equal((await page.request.get(`${url}/api/runs`)).status(), 401, 'the API afterwards');
	await page.goto(`${url}/datasets`);
	await page.waitForURL('**/signin?next=**');
	await context.close();
});
