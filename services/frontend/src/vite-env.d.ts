// SPDX-License-Identifier: Apache-2.0
/// <reference types="vite/client" />

interface ImportMetaEnv {
	/** yes: the build holds samples/messy.csv */
	readonly VITE_SAMPLE?: string;
}
