// SPDX-License-Identifier: Apache-2.0
// RunsPage - what ran, with the reason in the row; filters are in the address.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { refOf } from '../../api/client';
import { runsQuery } from '../../api/queries';
import type { Run } from '../../api/types';
import { Page } from '../../app/Page';
import { AccountBar } from '../../components/AccountBar';
import { DataGrid, type Column } from '../../components/DataGrid';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { StateMark } from '../../components/StateMark';
import { t, word } from '../../i18n';
import { between, duration, time, zone } from '../../lib/format';
import { mergeRuns } from '../../lib/mergeRuns';
import { useNow } from '../../lib/useNow';
import { useLive } from '../../live/LiveStore';
import { isTerminal } from '../../live/runState';
import css from './Runs.module.css';

const filters: ReadonlyArray<readonly [string, string | undefined]> = [
	['all', undefined],
	['active', 'queued,running,cancelling'],
	['failed', 'failed'],
	['rejects', 'done_with_rejects'],
	['person', 'needs_person'],
];

const columns = (now: number): Array<Column<Run>> => [
	{
		id: 'name',
		title: t('runs.name'),
		width: 160,
		cell: (r) => (
			<Link to="/runs/$run" params={{ run: r.id }}>
				{t('run.name', { target: refOf(r.domain, r.target), no: r.no })}
			</Link>
		),
		text: (r) => `${refOf(r.domain, r.target)}#${r.no}`,
	},
	{
		id: 'headline',
		title: t('runs.headline'),
		width: 400,
		cell: (r) => <StateMark state={r.state} sentence={r.headline} />,
		text: (r) => r.headline,
	},
	{
		id: 'account',
		title: t('runs.account'),
		width: 96,
		cell: (r) => <AccountBar account={r.account} size="bar" />,
	},
	{
		id: 'created',
		title: t('runs.created'),
		note: zone(),
		width: 116,
		cell: (r) => time(r.created_at),
		text: (r) => r.created_at,
	},
	{
		id: 'took',
		title: t('runs.took'),
		width: 84,
		align: 'end',
		cell: (r) => {
			const ms = between(r.started_at, r.finished_at, now);
			return ms === null ? '' : duration(ms);
		},
		text: (r) => String(between(r.started_at, r.finished_at, now) ?? ''),
	},
	{
		id: 'trigger',
		title: t('runs.trigger'),
		width: 160,
		cell: (r) => (
			<span title={r.created_by}>
				{word('trigger', r.trigger)} <span className="dim">{r.created_by ?? ''}</span>
			</span>
		),
		text: (r) => `${r.trigger} ${r.created_by ?? ''}`,
	},
];

export function RunsPage() {
	const search = useSearch({ from: '/frame/runs' });
	const navigate = useNavigate({ from: '/runs' });
	const runs = useInfiniteQuery(runsQuery(search));
	const { runs: known } = useLive();
	const items = useMemo(() => (runs.data?.pages ?? []).flatMap((p) => p.items), [runs.data]);
	const rows = useMemo(
		() => mergeRuns(items, known, search, !runs.hasNextPage),
		[items, known, search, runs.hasNextPage],
	);
	const busy = rows.some((r) => !isTerminal(r.state));
	const now = useNow(busy ? 1000 : null);
	const list = useMemo(() => columns(now), [now]);
	const { hasNextPage, isFetchingNextPage, fetchNextPage } = runs;
	const more = useCallback(() => {
		if (!isFetchingNextPage) void fetchNextPage();
	}, [isFetchingNextPage, fetchNextPage]);
	const title = search.target === undefined ? t('nav.runs') : t('runs.of', { name: search.target });
	return (
		<Page
			fill
			title={title}
			name={title}
			actions={
				<nav className={css.filters} aria-label={t('runs.filters')}>
					{filters.map(([name, state], i) => (
						<Link
							key={name}
							to="/runs"
							search={(s) => ({ ...s, state })}
							aria-current={search.state === state ? 'true' : undefined}
							{...(i === 0 ? { 'data-filter': '' } : {})}
						>
							{word('filter', name)}
						</Link>
					))}
				</nav>
			}
		>
			{runs.isError ? (
				<ProblemLine error={runs.error} onRetry={() => void runs.refetch()} />
			) : null}
			{runs.data !== undefined && rows.length === 0 ? (
				<EmptyState title={t('runs.empty')}>
					{search.state === undefined && search.target === undefined ? null : (
						<Link to="/runs">{t('runs.all')}</Link>
					)}
				</EmptyState>
			) : (
				<DataGrid
					primary
					label={title}
					columns={list}
					rows={rows}
					rowKey={(r) => r.id}
					total={hasNextPage ? undefined : rows.length}
					onMore={hasNextPage ? more : undefined}
					onOpen={(r) => void navigate({ to: '/runs/$run', params: { run: r.id } })}
				/>
			)}
		</Page>
	);
}
