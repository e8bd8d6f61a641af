// SPDX-License-Identifier: Apache-2.0
// harness - Chromium, named tests in order, screenshots, axe; a small runner, because a story's steps
// build on each other.
import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync, rmSync } from 'node:fs';
import { chromium } from 'playwright-core';

const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

export const url = process.env.MILLRACE_URL;
export const password = process.env.MILLRACE_PASSWORD;
const control = process.env.MILLRACE_CONTROL;
const shots = process.env.MILLRACE_SHOTS;
const only = process.env.MILLRACE_ONLY;

if (only === undefined) rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });

const tests = [];
const tally = { passed: 0, failed: 0 };
/** what the console of any page said that a healthy page does not say */
const complaints = [];
let browser;

export function test(name, body) {
	tests.push({ name, body });
}

export function assert(condition, message) {
	if (!condition) throw new Error(message);
}

export function equal(got, wanted, what) {
	if (got !== wanted) throw new Error(`${what}: ${JSON.stringify(got)} is not ${JSON.stringify(wanted)}`);
}

/** Polls until condition() is truthy and gives its value back. */
export async function until(condition, what, timeoutMs = 30_000) {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs} ms`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** Asks the suite to do something with its processes. */
export async function ask(action, service) {
	const answer = await fetch(`${control}/${action}/${service}`, { method: 'POST' });
	const text = await answer.text();
	assert(answer.ok, `${action} ${service}: ${text}`);
	return text;
}

function listen(page) {
	page.setDefaultTimeout(30_000);
	page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
	page.on('console', (message) => {
		const text = message.text();
		if (/Content Security Policy|Content-Security-Policy/i.test(text)) complaints.push(text);
		if (message.type() === 'error' && !text.startsWith('Failed to load resource')) {
			complaints.push(text.slice(0, 300));
		}
	});
	return page;
}

export async function newContext(options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 },
		colorScheme: 'light',
		acceptDownloads: true,
		permissions: ['clipboard-read', 'clipboard-write'],
		...options,
	});
	context.on('page', listen);
	return context;
}

export async function signIn(page, name = 'admin', secret = password, at = url) {
	await page.goto(`${at}/signin`);
	await page.getByLabel('User name').fill(name);
	await page.getByLabel('Password', { exact: true }).fill(secret);
	await page.keyboard.press('Enter');
	await page.waitForURL((u) => u.pathname !== '/signin');
}

export async function shot(page, name) {
	await page.screenshot({ path: `${shots}/${name}.png`, animations: 'disabled' });
}

/** All rules; in the dark scheme only those that look at colours, as the rest is the same page. */
export async function axe(page, name, scheme = 'light') {
	const builder = new AxeBuilder({ page });
	if (scheme === 'dark') builder.withRules(['color-contrast', 'link-in-text-block']);
	else builder.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
	const { violations } = await builder.analyze();
	const found = violations.map((v) => `${v.id}: ${v.nodes[0]?.html.slice(0, 160)}`);
	assert(found.length === 0, `axe on ${name}: ${found.join('\n    ')}`);
}

/** A hand cannot be faster than the page: its listeners are there two frames after its input. */
export async function droppable(page) {
	await page.locator('#import-files').waitFor({ state: 'attached' });
	await page.evaluate(
		() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
	);
}

/** Drops files on the window as a hand would. */
export async function drop(page, files) {
	await droppable(page);
	const transfer = await page.evaluateHandle((list) => {
		const data = new DataTransfer();
		for (const { name, text } of list) data.items.add(new File([text], name, { type: 'text/csv' }));
		return data;
	}, files);
	await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
	await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

/** Requests to these addresses reach the suite only after so long, as over a slow line. */
export async function answerLate(page, address, ms) {
	await page.route(address, async (route) => {
		await new Promise((resolve) => setTimeout(resolve, ms));
		await route.continue().catch(() => undefined);
	});
}

/** An API call of the signed-in page, with its CSRF token. */
export function api(page, method, path, body) {
	return page.evaluate(
		async ([m, p, b]) => {
			const session = await (await fetch('/auth/session')).json();
			const response = await fetch(p, {
				method: m,
				headers: {
					'X-CSRF-Token': session.csrf_token,
					...(b === null ? {} : { 'Content-Type': 'application/json' }),
				},
				body: b === null ? undefined : JSON.stringify(b),
			});
			const text = await response.text();
			return { status: response.status, body: text === '' ? null : JSON.parse(text) };
		},
		[method, path, body ?? null],
	);
}

export async function run() {
	browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS });
	const chosen = tests.filter((t) => only === undefined || t.name.includes(only));
	for (const { name, body } of chosen) {
		const started = Date.now();
		complaints.length = 0;
		try {
			await body();
			assert(complaints.length === 0, `the console said: ${complaints.join('\n    ')}`);
			tally.passed++;
			console.log(`ok    ${name} (${Date.now() - started} ms)`);
		} catch (error) {
			tally.failed++;
			console.log(`FAIL  ${name}\n    ${error.message}`);
			for (const context of browser.contexts()) {
				for (const [i, page] of context.pages().entries()) {
					const file = `failed-${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${i}`;
					await shot(page, file).catch(() => undefined);
				}
			}
		}
	}
	await browser.close();
	console.log(`${tally.passed} passed, ${tally.failed} failed`);
	process.exit(tally.failed === 0 ? 0 : 1);
}
