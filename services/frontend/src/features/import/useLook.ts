// SPDX-License-Identifier: Apache-2.0
// useLook - what the first file is, and where it may belong: by the server's word, else by its first line.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { refOf } from '../../api/client';
import { contractQuery, queryClient } from '../../api/queries';
import type { Dataset } from '../../api/types';
import { guessesFrom, guessesOf, headerOf, withNamed, type Guess } from './guess';
import { useInspection } from './useInspection';

const HEAD_BYTES = 65_536;
const MOST_CONTRACTS = 40;
const PATIENCE_MS = 2000;

export interface Look {
	header: string[];
	guesses: Guess[];
	/** false: the server knows that it is none */
	table: boolean;
}

const NOTHING: Look = { header: [], guesses: [], table: true };

/** Without the server's word: the first line, and the contracts it may fit. */
async function lookHere(file: File, datasets: Dataset[]): Promise<Look> {
	const header = headerOf(await file.slice(0, HEAD_BYTES).text());
	const candidates = await Promise.all(
		datasets.slice(0, MOST_CONTRACTS).map(async (d) => {
			const ref = refOf(d.domain, d.name);
			const contract = await queryClient.ensureQueryData(contractQuery(ref)).catch(() => null);
			return { ref, doc: contract?.published?.doc ?? contract?.draft?.doc ?? null };
		}),
	);
	const refs = candidates.map((c) => c.ref);
	return { header, guesses: withNamed(guessesOf(header, candidates), file.name, refs), table: true };
}

/** What is known of it now; undefined while nothing is. */
function useKnown(file: File | undefined, datasets: Dataset[] | undefined): Look | undefined {
	const { found, looking } = useInspection(file);
	const here = useQuery({
		queryKey: ['look', file?.name, file?.size, file?.lastModified, datasets?.map((d) => d.id)],
		enabled: file !== undefined && datasets !== undefined && found === undefined && !looking,
		queryFn: () => (file === undefined ? NOTHING : lookHere(file, datasets ?? [])),
		staleTime: Infinity,
	}).data;
	if (found === undefined || file === undefined || datasets === undefined) return here;
	const refs = datasets.map((d) => refOf(d.domain, d.name));
	return {
		header: (found.columns ?? []).map((c) => c.header),
		guesses: withNamed(guessesFrom(found, refs), file.name, refs),
		table: found.verdict !== 'unusable',
	};
}

export interface Looks {
	/** what the proposal is made from; undefined until that is known or took too long */
	first: Look | undefined;
	/** all that is known by now: it is offered, and changes no choice */
	now: Look | undefined;
}

/** A choice that was made must not flip under the hand, so the proposal is made once. */
export function useLook(file: File | undefined, datasets: Dataset[] | undefined): Looks {
	const [late, setLate] = useState<File | undefined>(undefined);
	useEffect(() => {
		const timer = setTimeout(() => setLate(file), PATIENCE_MS);
		return () => clearTimeout(timer);
	}, [file]);
	const now = useKnown(file, datasets);
	const first = useRef<{ file: File | undefined; look: Look | undefined }>({ file, look: undefined });
	if (first.current.file !== file) first.current = { file, look: undefined };
	first.current.look ??= now ?? (file !== undefined && late === file ? NOTHING : undefined);
	return { first: first.current.look, now };
}
