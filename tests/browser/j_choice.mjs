// SPDX-License-Identifier: Apache-2.0
// j_choice - where a file goes is chosen by a person: nothing is chosen that does not fit, nothing is
// loaded under a taken name, and a contract is shown whatever the standard lets it do without.
import { answerLate, api, assert, axe, drop, equal, newContext, shot, signIn, test, url } from './harness.mjs';

const rows = (header, line, n) => `${header}\n${Array.from({ length: n }, (_, i) => line(i)).join('\n')}\n`;

async function publish(page, name, doc) {
	await api(page, 'POST', '/api/datasets', { name });
	const draft = await api(page, 'PUT', `/api/datasets/${name}/contract/draft`, { doc });
	assert(draft.status === 201, `the draft: ${JSON.stringify(draft.body)}`);
	equal((await api(page, 'POST', `/api/datasets/${name}/contract/publish`)).status, 200, 'publishing');
}

const fields = (...names) => ({ fields: names.map((name) => ({ name, type: 'string' })) });

test('choice: a taken name is neither proposed nor loaded into', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await publish(page, 'taken_name', fields('id', 'town'));
	await drop(page, [{ name: 'taken_name.csv', text: rows('day,price', (i) => `2026-11-01,${i}`, 9) }]);
	const name = page.getByRole('textbox', { name: 'Name' });
	await name.waitFor();
	equal(await name.inputValue(), 'taken_name_2', 'the proposed name');
	await page.getByText('The file has the name of taken_name').waitFor();
	await name.fill('taken_name');
	await page.getByText('There is a dataset of this name; add to it or choose another name.').waitFor();
	assert(await page.getByRole('button', { name: /^Upload and check/ }).isDisabled(), 'the button is on');
	/* Somebody makes it after the list was read. */
	await name.fill('taken_later');
	await api(page, 'POST', '/api/datasets', { name: 'taken_later' });
	await page.getByRole('button', { name: /^Upload and check/ }).click();
	await page.getByRole('alert').getByText('There is a dataset of this name').waitFor();
	const { body } = await api(page, 'GET', '/api/runs?target=taken_later');
	equal(body.items.length, 0, 'runs of the dataset of that name');
	await context.close();
});

test('choice: a dataset that half fits is offered, not chosen', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await publish(page, 'half_fits', fields('alpha', 'beta', 'gamma', 'delta'));
	await drop(page, [{ name: 'other.csv', text: rows('alpha,beta,gamma,omega', (i) => `a,b,c,${i}`, 20) }]);
	await page.getByText('Looks like half_fits: 3 of 4 columns fit').waitFor();
	assert(await page.getByLabel('Into a new dataset').isChecked(), 'a new dataset is not chosen');
	await page.getByRole('button', { name: 'Upload and check other.csv' }).waitFor();
	await shot(page, 'import-offer-light');
	await axe(page, 'an offered dataset');
	await page.getByRole('button', { name: 'Add to half_fits' }).click();
	await page.getByRole('button', { name: 'Load other.csv' }).waitFor();
	await context.close();
});

test('choice: a match that comes late is offered and flips nothing', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await publish(page, 'found_late', fields('kappa', 'lambda', 'mu'));
	await answerLate(page, '**/api/inspect*', 5000);
	await drop(page, [{ name: 'late.csv', text: rows('kappa,lambda,mu', (i) => `a,b,${i}`, 20) }]);
	await page.getByText('Looking at the file …').waitFor();
	const name = page.getByRole('textbox', { name: 'Name' });
	await name.fill('my_own_name');
	await page.getByText('Looks like found_late: 3 of 3 columns fit').waitFor();
	assert(await page.getByLabel('Into a new dataset').isChecked(), 'the choice flipped');
	equal(await name.inputValue(), 'my_own_name', 'the name');
	await page.unrouteAll({ behavior: 'ignoreErrors' });
	await context.close();
});

test('choice: what is no table has no primary button', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [{ name: 'book.csv', text: 'PK\u0003\u0004 not a table' }]);
	await page.getByText(/This does not look like a table/).waitFor();
	const button = page.getByRole('button', { name: 'Upload and check book.csv' });
	equal(await button.getAttribute('data-variant'), 'default', 'the kind of the button');
	await context.close();
});

test('choice: columns that can be read in two ways are named before they count', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await drop(page, [{ name: 'two_ways.csv', text: rows('id,day', (i) => `${i},${1 + (i % 9)}/${1 + (i % 7)}/2026`, 40) }]);
	const look = page.locator('[data-part="look"]');
	await look.getByText('Can be read in two ways:').waitFor();
	await page.getByRole('button', { name: 'Upload and check two_ways.csv' }).click();
	await page.getByRole('link', { name: /^two_ways #/ }).click();
	await page.getByText(/40 not judged yet/).waitFor();
	await page.getByRole('link', { name: 'Report', exact: true }).click();
	await page.getByText(/40 rows were read to draft a contract and not judged yet/).waitFor();
	await page.goto(`${url}/datasets/two_ways/contract`);
	await page.getByText('Before you publish: this column can be read in two ways.').waitFor();
	await page.getByRole('gridcell', { name: /two ways$/ }).waitFor();
	await shot(page, 'contract-two-ways-light');
	await axe(page, 'a contract with a column of two ways');
	await context.close();
});

test('choice: a contract whose field has no type, and its foreign keys, are shown', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	await publish(page, 'no_type', {
		fields: [{ name: 'id' }, { name: 'parent' }],
		foreignKeys: [{ fields: 'parent', reference: { resource: '', fields: 'id' } }],
	});
	await page.goto(`${url}/datasets/no_type/contract`);
	await page.getByRole('gridcell', { name: 'text', exact: true }).first().waitFor();
	await page.getByText('parent must be in id of this file').waitFor();
	await context.close();
});

/** Drops a file on the page of a dataset and waits for its run's end. */
async function loadInto(page, dataset, name, text, state) {
	await page.goto(`${url}/datasets/${dataset}`);
	await drop(page, [{ name, text }]);
	await page.getByRole('button', { name: `Load ${name}` }).click();
	await page.locator(`[data-run-state="${state}"]`).waitFor();
	return (await api(page, 'GET', `/api/runs?target=${dataset}`)).body.items[0];
}

test('choice: the report of a refused file says why, a choice without rows says so', async () => {
	const context = await newContext();
	const page = await context.newPage();
	await signIn(page);
	const doc = { fields: [{ name: 'id', type: 'integer' }, { name: 'town', type: 'string' }], millrace: { budget_pct: 50 } };
	await publish(page, 'refuses', doc);
	const run = await loadInto(page, 'refuses', 'wrong.csv', rows('nothing,fits', (i) => `a,${i}`, 5), 'failed');
	await page.goto(`${url}/runs/${run.id}?tab=report`);
	await page.getByText(/^The whole file was refused: /).waitFor();
	const some = rows('id,town', (i) => `${i === 4 ? 'four' : i},Ulm`, 20);
	await loadInto(page, 'refuses', 'some.csv', some, 'done_with_rejects');
	await page.goto(`${url}/datasets/refuses/rejects?rule=type.integer&column=nowhere`);
	await page.getByText('No refused row fits this choice.').waitFor();
	await page.getByRole('link', { name: 'Show all refused rows' }).click();
	await page.getByRole('columnheader', { name: 'Row', exact: true }).waitFor();
	await context.close();
});
