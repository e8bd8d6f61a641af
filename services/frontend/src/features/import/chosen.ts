// SPDX-License-Identifier: Apache-2.0
// chosen - the files a person dropped or picked and that no dataset is chosen for yet.
import { useSyncExternalStore } from 'react';

export interface Chosen {
	files: File[];
	/** where they were dropped */
	dataset: string | undefined;
}

let current: Chosen = { files: [], dataset: undefined };
const listeners = new Set<() => void>();

export function choose(next: Chosen): void {
	current = next;
	for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

export function useChosen(): Chosen {
	return useSyncExternalStore(subscribe, () => current);
}
