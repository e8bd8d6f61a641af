// SPDX-License-Identifier: Apache-2.0
// PublishBar - whether the draft is saved, and the button that makes it the next version.
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { request } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Contract } from '../../api/types';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import css from './Contract.module.css';
import type { DraftState } from './useDraft';

interface Published {
	version: number;
	started_runs: string[];
}

interface PublishBarProps {
	dataset: string;
	draft: DraftState;
	published: Contract['published'];
}

function Conflict({ draft }: { draft: DraftState }) {
	return (
		<p className={css.conflict} role="alert">
			{t('contract.conflict')}
			<button type="button" className="plain" onClick={draft.takeTheirs}>
				{t('contract.theirs')}
			</button>
			<button type="button" className="plain" onClick={draft.keepMine}>
				{t('contract.mine')}
			</button>
		</p>
	);
}

export function PublishBar({ dataset, draft, published }: PublishBarProps) {
	const next = (published?.version ?? 0) + 1;
	const publish = useMutation({
		mutationFn: async () => {
			const etag = await draft.settle();
			const path = `/api/datasets/${encodeURIComponent(dataset)}/contract/publish`;
			return request<Published>('POST', path, { etag });
		},
		onSuccess: async () => {
			await Promise.all(
				['contract', 'contract-versions', 'dataset'].map((key) =>
					queryClient.invalidateQueries({ queryKey: [key, dataset] }),
				),
			);
			await queryClient.invalidateQueries({ queryKey: ['datasets'] });
			draft.takeTheirs();
		},
	});
	const ready = draft.changed && !draft.conflict && draft.error === null && !publish.isPending;
	const act = useRef({ ready, go: publish.mutate });
	act.current = { ready, go: publish.mutate };
	useEffect(() => {
		const onKey = (e: KeyboardEvent): void => {
			if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || !act.current.ready) return;
			e.preventDefault();
			act.current.go();
		};
		window.addEventListener('keydown', onKey);
		return () => window.removeEventListener('keydown', onKey);
	}, []);
	const runs = publish.data?.started_runs ?? [];
	return (
		<div className={css.publish}>
			{draft.conflict ? <Conflict draft={draft} /> : null}
			<span className="dim small" role="status">
				{draft.saving
					? t('saving')
					: publish.data !== undefined && !draft.changed
						? t('contract.published_now', { v: publish.data.version })
						: draft.changed
							? t('contract.saved')
							: t('contract.nothing')}
			</span>
			{runs[0] === undefined || draft.changed ? null : (
				<Link to="/runs/$run" params={{ run: runs[0] }}>
					{t('contract.started', { n: runs.length })}
				</Link>
			)}
			<Button disabled={!ready} onClick={() => publish.mutate()}>
				{publish.isPending ? t('contract.publishing') : t('contract.publish', { v: next })}
			</Button>
			{draft.error === null ? null : <ProblemLine error={draft.error} />}
			{publish.isError ? <ProblemLine error={publish.error} /> : null}
		</div>
	);
}
