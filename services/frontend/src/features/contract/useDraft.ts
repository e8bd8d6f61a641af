// SPDX-License-Identifier: Apache-2.0
// useDraft - a contract draft that saves itself; one save at a time, each against the ETag of the last.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { request } from '../../api/client';
import { asProblem } from '../../api/problem';
import { contractQuery } from '../../api/queries';
import type { Contract, ContractDoc } from '../../api/types';

const PAUSE_MS = 500;

type Draft = NonNullable<Contract['draft']>;

export interface DraftState {
	doc: ContractDoc | null;
	/** differs from what is published */
	changed: boolean;
	saving: boolean;
	/** somebody else saved in between; theirs is in the query */
	conflict: boolean;
	error: unknown;
	etag: string | undefined;
	edit: (doc: ContractDoc) => void;
	takeTheirs: () => void;
	keepMine: () => void;
	/** waits for a running save; resolves to the ETag to publish */
	settle: () => Promise<string | undefined>;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function useDraft(dataset: string, contract: Contract | undefined): DraftState {
	const client = useQueryClient();
	const [mine, setMine] = useState<ContractDoc | null>(null);
	const [saving, setSaving] = useState(false);
	const [conflict, setConflict] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const etag = useRef<string | undefined>(undefined);
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	const pending = useRef<ContractDoc | null>(null);
	const running = useRef<Promise<void> | null>(null);
	const key = useMemo(() => contractQuery(dataset).queryKey, [dataset]);

	useEffect(() => {
		if (pending.current === null && running.current === null) etag.current = contract?.draft?.etag;
	}, [contract]);

	const save = useCallback(async (): Promise<void> => {
		while (pending.current !== null) {
			const doc = pending.current;
			pending.current = null;
			setSaving(true);
			try {
				const path = `/api/datasets/${encodeURIComponent(dataset)}/contract/draft`;
				const draft = await request<Draft>('PUT', path, { body: { doc }, etag: etag.current });
				etag.current = draft.etag;
				setError(null);
				client.setQueryData<Contract>(key, (c) => (c === undefined ? c : { ...c, draft }));
			} catch (e) {
				setError(e);
				if (asProblem(e).status === 412) {
					setConflict(true);
					await client.invalidateQueries({ queryKey: key });
				}
			}
			setSaving(false);
		}
		running.current = null;
	}, [client, dataset, key]);

	const flush = useCallback((): Promise<void> => {
		clearTimeout(timer.current);
		running.current ??= save();
		return running.current;
	}, [save]);

	const edit = useCallback(
		(doc: ContractDoc) => {
			setMine(doc);
			pending.current = doc;
			clearTimeout(timer.current);
			timer.current = setTimeout(() => void flush(), PAUSE_MS);
		},
		[flush],
	);
	/* Leaving the page must not lose the last half second. */
	useEffect(() => () => void flush(), [flush]);

	const settle = useCallback(async () => {
		await flush();
		return etag.current;
	}, [flush]);

	const server = contract?.draft?.doc ?? contract?.published?.doc ?? null;
	const doc = mine ?? server;
	return {
		doc,
		changed: contract !== undefined && doc !== null && !same(doc, contract.published?.doc),
		saving,
		conflict,
		error: conflict ? null : error,
		etag: etag.current,
		edit,
		takeTheirs: () => {
			setMine(null);
			setConflict(false);
			etag.current = contract?.draft?.etag;
		},
		keepMine: () => {
			setConflict(false);
			etag.current = contract?.draft?.etag;
			if (mine !== null) edit(mine);
		},
		settle,
	};
}
