// SPDX-License-Identifier: Apache-2.0
// sample - puts the retail example's messy file into the build, so that a newcomer has one to drop.
import { existsSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const FILE = new URL('../../../docs/examples/retail/messy.csv', import.meta.url);

export function hasSample(): boolean {
	return existsSync(FILE);
}

export function sample(): Plugin {
	return {
		name: 'millrace-sample',
		apply: 'build',
		generateBundle() {
			if (!hasSample()) return;
			this.emitFile({ type: 'asset', fileName: 'samples/messy.csv', source: readFileSync(FILE) });
		},
	};
}
