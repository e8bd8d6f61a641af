// SPDX-License-Identifier: Apache-2.0
// RejectsPage - every refused row of a run: where it stands, why, and its raw bytes; facets by rule,
// column and shape; all of them as a file that can be mended and sent back.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { domainOf } from '../../api/client';
import { rejectsQuery, reportQuery, rejectSummaryQuery, runsQuery } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Reject, RejectSummary, Report } from '../../api/types';
import { DataGrid, type Column } from '../../components/DataGrid';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { rejectedOf } from '../../lib/account';
import { count } from '../../lib/format';
import { delimiterOf } from '../contract/evidenceModel';
import { Facets } from './Facets';
import { byShape, countOf } from './facetsModel';
import { RawRow } from './RawRow';
import css from './Rejects.module.css';

function columnsOf(delimiter: string): Array<Column<Reject>> {
	return [
		{
			id: 'line',
			title: t('rejects.line'),
			width: 80,
			align: 'end',
			cell: (r) => (r.line === null ? '' : count(r.line)),
			text: (r) => String(r.line ?? ''),
		},
		{
			id: 'row',
			title: t('rejects.row'),
			width: 80,
			align: 'end',
			cell: (r) => (r.row === null ? '' : count(r.row)),
			text: (r) => String(r.row ?? ''),
		},
		{
			id: 'column',
			title: t('rejects.column'),
			width: 124,
			cell: (r) => r.column ?? <span className="dim">{t('rejects.whole_row')}</span>,
			text: (r) => r.column ?? '',
		},
		{
			id: 'rule',
			title: t('rejects.rule'),
			width: 132,
			mono: true,
			cell: (r) => r.rule,
			text: (r) => r.rule,
		},
		{
			id: 'raw',
			title: t('rejects.raw'),
			width: 430,
			mono: true,
			cell: (r) => <RawRow reject={r} delimiter={delimiter} />,
			text: (r) => r.raw ?? '',
		},
	];
}

/** How the check of this run read the file, and what it counted. */
function useReport(run: string | undefined): { delimiter: string; shapes: Report['shapes'] } {
	const report = useQuery({ ...reportQuery(run ?? ''), enabled: run !== undefined }).data;
	return { delimiter: delimiterOf(report?.dialect), shapes: report?.shapes ?? [] };
}

/** Runs of this dataset that refused rows, newest first. */
function useRunsWithRejects(dataset: string) {
	const runs = useInfiniteQuery(runsQuery({ target: dataset })).data;
	return useMemo(
		() => (runs?.pages ?? []).flatMap((p) => p.items).filter((r) => rejectedOf(r.account) > 0),
		[runs],
	);
}

interface NoneProps {
	dataset: string;
	summary: RejectSummary;
	run: string | undefined;
	/** rows of this choice, kept or not */
	known: number;
}

/** Why there is no row to show: none fits, or those that fit are not kept. */
function NoneHere({ dataset, summary, run, known }: NoneProps) {
	const text =
		known === 0
			? t('rejects.none_fits')
			: t('rejects.none_kept', {
					n: known,
					rows: count(known),
					stored: count(summary.stored),
					total: count(summary.total),
				});
	return (
		<EmptyState title={text}>
			<Link to="/datasets/$dataset/rejects" params={{ dataset }} search={{ run }}>
				{t('rejects.all')}
			</Link>
		</EmptyState>
	);
}

export function RejectsPage() {
	const { dataset } = useParams({ from: '/frame/datasets/$dataset' });
	const search = useSearch({ from: '/frame/datasets/$dataset/rejects' });
	const navigate = useNavigate({ from: '/datasets/$dataset/rejects' });
	const mayRaw = useMay('rejects.raw', domainOf(dataset));
	const runs = useRunsWithRejects(dataset);
	const run = search.run ?? runs[0]?.id;
	const summary = useQuery(rejectSummaryQuery(dataset, run));
	const params = { run, rule: search.rule, column: search.column, shape: search.shape };
	const rejects = useInfiniteQuery({ ...rejectsQuery(dataset, params), enabled: mayRaw });
	const rows = useMemo(() => (rejects.data?.pages ?? []).flatMap((p) => p.items), [rejects.data]);
	const { delimiter, shapes } = useReport(run);
	const columns = useMemo(() => columnsOf(delimiter), [delimiter]);
	const total = summary.data?.total ?? 0;
	if (summary.isError) {
		return <ProblemLine error={summary.error} onRetry={() => void summary.refetch()} />;
	}
	if (summary.data !== undefined && total === 0) {
		return <EmptyState title={t('rejects.empty')} text={t('rejects.empty_text')} />;
	}
	/* Of a facet only the count of all is known, and not all are kept. */
	const filtered = [search.rule, search.column, search.shape].some((f) => f !== undefined);
	const known = filtered ? undefined : summary.data?.stored;
	const fitting =
		search.shape === undefined
			? countOf(summary.data, params)
			: (byShape(shapes, params, search.shape).find(([s]) => s === search.shape)?.[1] ?? 0);
	const none = rejects.isSuccess && rows.length === 0 && !rejects.hasNextPage;
	return (
		<div className={css.page}>
			<Facets
				dataset={dataset}
				run={run}
				runs={runs}
				summary={summary.data}
				rule={search.rule}
				column={search.column}
				shape={search.shape}
				shapes={shapes}
				mayDownload={mayRaw}
				onChange={(change) => void navigate({ search: (s) => ({ ...s, ...change }) })}
			/>
			<div className={css.rows}>
				{rejects.isError ? (
					<ProblemLine error={rejects.error} onRetry={() => void rejects.refetch()} />
				) : null}
				{!mayRaw ? (
					<EmptyState title={t('rejects.denied')} text={t('rejects.denied_text')} />
				) : none && summary.data !== undefined ? (
					<NoneHere dataset={dataset} summary={summary.data} run={run} known={fitting} />
				) : (
					<DataGrid
						primary
						label={t('rejects.label', { name: dataset })}
						columns={columns}
						rows={rows}
						rowKey={(r) => `${r.run_id}-${r.seq}`}
						rowHeight={54}
						total={rejects.hasNextPage ? known : rows.length}
						onMore={rejects.hasNextPage ? () => void rejects.fetchNextPage() : undefined}
						foot={(r) => <span className={css.message}>{r.message}</span>}
						status={
							summary.data !== undefined && summary.data.stored < total ? (
								<span>
									{t('rejects.stored', {
										stored: count(summary.data.stored),
										total: count(total),
									})}
								</span>
							) : null
						}
					/>
				)}
			</div>
		</div>
	);
}
