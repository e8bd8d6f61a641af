// SPDX-License-Identifier: Apache-2.0
// useInspection - what the server says of a file's front: of a small one first, since a slow line takes
// half a minute for a large one; then of as much as it judges.
import { useQuery } from '@tanstack/react-query';
import { inspectionQuery } from '../../api/queries';
import type { Inspection } from '../../api/types';

export const SMALL_FRONT = 256 * 1024;
const LARGE_FRONT = 4 * 1024 * 1024;

/** The better word of the two; that it is no table is believed only of all that can be judged. */
export function better(
	small: Inspection | undefined,
	large: Inspection | undefined,
	waiting: boolean,
): Inspection | undefined {
	if (large !== undefined) return large;
	return small?.verdict === 'unusable' && waiting ? undefined : small;
}

export interface Inspected {
	found: Inspection | undefined;
	/** nothing is known yet, and will be */
	looking: boolean;
}

export function useInspection(file: File | undefined): Inspected {
	const small = useQuery(inspectionQuery(file, SMALL_FRONT));
	const more = file !== undefined && file.size > SMALL_FRONT;
	const large = useQuery({
		...inspectionQuery(file, LARGE_FRONT),
		enabled: more && !small.isPending,
	});
	const waiting = more && large.isPending;
	const found = better(small.data, large.data, waiting);
	const looking = file !== undefined && found === undefined && (small.isPending || waiting);
	return { found, looking };
}
