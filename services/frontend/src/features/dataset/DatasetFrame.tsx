// SPDX-License-Identifier: Apache-2.0
// DatasetFrame - the head of a dataset and its tabs.
import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { newKey, post, refOf } from '../../api/client';
import { asProblem } from '../../api/problem';
import { datasetQuery, pipelinesQuery, rejectSummaryQuery, tableQuery } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Dataset, Run, Table } from '../../api/types';
import { Page } from '../../app/Page';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { StateMark } from '../../components/StateMark';
import { t } from '../../i18n';
import { count, time } from '../../lib/format';
import { useMarksByDataset } from '../../lib/useRunMarks';
import css from './Dataset.module.css';

function headline(table: Table | null | undefined): string {
	if (table === undefined) return ' ';
	if (table === null) return t('dataset.no_load');
	if (table.last_load === null) return t('dataset.no_live_load');
	return t('dataset.headline', {
		rows: count(table.row_count),
		n: table.row_count,
		at: time(table.last_load.at),
		by: table.last_load.by ?? '',
		no: table.last_load.no,
	});
}

function RunAgain({ dataset }: { dataset: Dataset }) {
	const navigate = useNavigate();
	const [key, setKey] = useState(newKey);
	const pipelines = useQuery(pipelinesQuery);
	const pipeline = (pipelines.data?.items ?? []).find(
		(p) => p.domain === dataset.domain && (p.target === dataset.name || p.name === dataset.name),
	);
	const start = useMutation({
		mutationFn: () =>
			post<Run>(
				'/api/runs',
				{ pipeline: refOf(dataset.domain, pipeline?.name ?? dataset.name) },
				{ idempotencyKey: key },
			),
		onSuccess: (run) => {
			setKey(newKey());
			void navigate({ to: '/runs/$run', params: { run: run.id } });
		},
	});
	/* When the list cannot be had, the name is tried: the server says if it is wrong. */
	if (pipeline === undefined && !pipelines.isError) return null;
	return (
		<>
			<Button
				variant="default"
				leftSection={<IconPlayerPlay size={16} stroke={1.75} aria-hidden="true" />}
				disabled={start.isPending}
				onClick={() => start.mutate()}
			>
				{start.isPending ? t('dataset.starting') : t('dataset.run_again')}
			</Button>
			{start.isError ? <ProblemLine error={start.error} /> : null}
		</>
	);
}

function Tabs({ dataset }: { dataset: string }) {
	const rejected = useQuery(rejectSummaryQuery(dataset, undefined)).data?.total ?? 0;
	const tab = {
		className: css.tab,
		activeProps: { 'aria-current': 'page' as const },
		params: { dataset },
	};
	return (
		<nav className={css.tabs} aria-label={t('dataset.tabs')}>
			<Link to="/datasets/$dataset" activeOptions={{ exact: true, includeSearch: false }} {...tab}>
				{t('dataset.tab.data')}
			</Link>
			<Link to="/datasets/$dataset/contract" activeOptions={{ includeSearch: false }} {...tab}>
				{t('dataset.tab.contract')}
			</Link>
			<Link to="/datasets/$dataset/loads" activeOptions={{ includeSearch: false }} {...tab}>
				{t('dataset.tab.loads')}
			</Link>
			<Link to="/datasets/$dataset/rejects" activeOptions={{ includeSearch: false }} {...tab}>
				{t('dataset.tab.rejects')}
				{rejected > 0 ? <span className={css.badge}>{count(rejected)}</span> : null}
			</Link>
		</nav>
	);
}

export function DatasetFrame() {
	const { dataset: ref } = useParams({ from: '/frame/datasets/$dataset' });
	const dataset = useQuery(datasetQuery(ref));
	const table = useQuery(tableQuery(ref));
	const current = useMarksByDataset().get(ref)?.current;
	const mayStart = useMay('run.start', dataset.data?.domain);
	if (dataset.isError && asProblem(dataset.error).status === 404) {
		return (
			<Page title={ref} name={ref}>
				<EmptyState title={t('dataset.unknown', { name: ref })}>
					<Link to="/datasets">{t('dataset.all')}</Link>
				</EmptyState>
			</Page>
		);
	}
	const d = dataset.data;
	return (
		<Page
			fill
			title={ref}
			name={ref}
			actions={d?.kind === 'derived' && mayStart ? <RunAgain dataset={d} /> : undefined}
		>
			<div className={css.summary}>
				<span>{headline(table.data)}</span>
				{d === undefined ? null : (
					<span className="dim">
						{t(d.mode === 'replace' ? 'dataset.mode_replace' : 'dataset.mode_append')}
					</span>
				)}
				{current === undefined ? null : (
					<Link to="/runs/$run" params={{ run: current.id }}>
						<StateMark
							state={current.state}
							sentence={t('run.name', { target: ref, no: current.no })}
						/>
					</Link>
				)}
			</div>
			{dataset.isError ? (
				<ProblemLine error={dataset.error} onRetry={() => void dataset.refetch()} />
			) : null}
			<Tabs dataset={ref} />
			<Outlet />
		</Page>
	);
}
