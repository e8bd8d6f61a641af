// SPDX-License-Identifier: Apache-2.0
// i18n.test - the catalogue compiles, is used, and keeps to sentence case.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { word } from '.';
import en from './en.json';

function sources(dir: string): string[] {
	return readdirSync(dir).flatMap((name) => {
		const path = join(dir, name);
		if (statSync(path).isDirectory()) return sources(path);
		return /\.tsx?$/.test(name) && !name.includes('.test.') ? [readFileSync(path, 'utf8')] : [];
	});
}

describe('catalogue', () => {
	it.each(Object.entries(en))('%s compiles', (_key, text) => {
		expect(() => new IntlMessageFormat(text, 'en')).not.toThrow();
	});
	it('holds no sentence that nothing uses', () => {
		const all = sources(new URL('..', import.meta.url).pathname).join('\n');
		const prefixes = [...all.matchAll(/word\(\s*'([^']+)'/g)].map((m) => `${m[1]}.`);
		const unused = Object.keys(en).filter(
			(key) => !all.includes(`'${key}'`) && !prefixes.some((p) => key.startsWith(p)),
		);
		expect(unused).toEqual([]);
	});
	it('has no exclamation marks and no "Oops"', () => {
		for (const text of Object.values(en)) expect(text).not.toMatch(/!|oops/i);
	});
	it('falls back to the plain word', () => {
		expect(word('state', 'half_way')).toBe('half way');
	});
});
