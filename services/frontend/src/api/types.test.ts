// SPDX-License-Identifier: Apache-2.0
// types.test - the types are those of the API document as it is now.
import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

/** Without comments: a better sentence in the document makes no other type. */
const code = (text: string) =>
	text
		.slice(text.indexOf('export interface paths'))
		.replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
		.replaceAll(/\s+/g, ' ');

it('is fresh (npm run types)', { timeout: 20_000 }, async () => {
	const document = new URL('../../../../docs/api/openapi.yaml', import.meta.url);
	const kept = readFileSync(new URL('./types.gen.ts', import.meta.url), 'utf8');
	expect(code(kept)).toBe(code(astToString(await openapiTS(document))));
});
