// SPDX-License-Identifier: Apache-2.0
// vite.config - static, hashed files in dist; in development /api and /auth go to a running suite,
// or to the small stand-in of dev/ with MILLRACE_DEV_TARGET=mock.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { mock } from './dev/mock';
import { hasSample, sample } from './dev/sample';

const target = process.env['MILLRACE_DEV_TARGET'] ?? 'http://localhost:8080';
const pretend = target === 'mock';

export default defineConfig({
	plugins: [react(), sample(), ...(pretend ? [mock()] : [])],
	define: { 'import.meta.env.VITE_SAMPLE': JSON.stringify(hasSample() ? 'yes' : 'no') },
	build: {
		outDir: process.env['MILLRACE_FRONTEND_OUT'] ?? 'dist',
		emptyOutDir: true,
		assetsInlineLimit: 0,
		chunkSizeWarningLimit: 900,
		sourcemap: false,
		target: 'es2022',
	},
	server: { port: 5173, proxy: pretend ? {} : { '/api': target, '/auth': target } },
	test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
