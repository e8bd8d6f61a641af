// SPDX-License-Identifier: Apache-2.0
// check-size - the shell's JavaScript (what index.html asks for) stays within 250 kB gzip.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT = 250_000;
const out = process.env.MILLRACE_FRONTEND_OUT ?? 'dist';
const zipped = (path) => gzipSync(readFileSync(join(out, path))).length;
const sum = (paths) => paths.reduce((total, path) => total + zipped(path), 0);

const page = readFileSync(join(out, 'index.html'), 'utf8');
const shell = [...page.matchAll(/"\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]);
const all = readdirSync(join(out, 'assets')).map((name) => `assets/${name}`);
const js = sum(shell);
console.log(
	`frontend: gzip bytes: shell ${js}, all JavaScript ${sum(all.filter((p) => p.endsWith('.js')))}, ` +
		`CSS ${sum(all.filter((p) => p.endsWith('.css')))}`,
);
if (shell.length === 0 || js > LIMIT) {
	console.error(`frontend: the shell's limit is ${LIMIT}`);
	process.exit(1);
}
