// SPDX-License-Identifier: Apache-2.0
// opens - which rows a number of an account stands for, so that it opens exactly these; no React.
import type { Load } from '../api/types';
import type { Part } from './account';

export type Opened = 'rows' | 'rejects' | null;

/** A load that was undone or replaced has no rows in the table: its numbers open nothing. */
export function opens(part: Part, load: Pick<Load, 'state' | 'rows'> | null | undefined): Opened {
	if (part.name === 'rejected') return 'rejects';
	if (part.name !== 'loaded' && part.name !== 'good') return null;
	return load?.state === 'live' && load.rows === part.count ? 'rows' : null;
}
