// SPDX-License-Identifier: Apache-2.0
// DataPage - the rows of a dataset as they are stored; news is offered, never swapped in.
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { domainOf, refOf } from '../../api/client';
import { contractQuery, datasetQuery, queryClient, rowsQuery, tableQuery } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Cell, Run } from '../../api/types';
import { CellValue, storedText } from '../../components/CellValue';
import { DataGrid, type Column } from '../../components/DataGrid';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { formatFilter, parseFilter } from '../../lib/filter';
import { count } from '../../lib/format';
import { live } from '../../live/LiveStore';
import { typeOf } from '../contract/fields';
import { pickFilesFor } from '../import/DropTarget';
import css from './Dataset.module.css';
import { FilterBar } from './FilterBar';

interface DataRow {
	index: number;
	cells: Cell[];
	position: { load: number; row: number | null } | undefined;
}

const numeric = /^(integer|decimal|double)/;
const CHARACTER_PX = 7.6;
const SAMPLE = 40;

/** Wide enough for the name and for most of the first rows. */
function widthOf(name: string, cells: Cell[]): number {
	const longest = Math.max(4, ...cells.map((cell) => String(cell ?? 'null').length));
	const wanted = Math.max(name.length * CHARACTER_PX + 24, longest * CHARACTER_PX + 18);
	return Math.round(Math.max(72, Math.min(360, wanted)));
}

function columnsOf(
	columns: Array<{ name: string; type: string }>,
	sample: Cell[][],
): Array<Column<DataRow>> {
	return columns.map((c, i) => ({
		id: c.name,
		title: c.name,
		note: c.type,
		width: widthOf(
			c.name,
			sample.map((cells) => cells[i] ?? null),
		),
		align: numeric.test(c.type) ? 'end' : undefined,
		mono: true,
		sortKey: c.name,
		cell: (r) => <CellValue value={r.cells[i]} />,
		text: (r) => storedText(r.cells[i]),
	}));
}

/** Loads that came in since these rows were read. */
function useNews(dataset: string, since: number): [Run | null, () => void] {
	const [news, setNews] = useState<Run | null>(null);
	useEffect(() => {
		setNews(null);
		return live.onRun((run) => {
			if (since === 0 || refOf(run.domain, run.target) !== dataset || run.load_no === null) return;
			if (run.finished_at !== null && Date.parse(run.finished_at) > since) setNews(run);
		});
	}, [dataset, since]);
	return [news, () => setNews(null)];
}

function News({ dataset, run, onShow }: { dataset: string; run: Run; onShow: () => void }) {
	const rows = run.account?.load?.inserted ?? 0;
	return (
		<p className={css.news} role="status">
			{t('data.news', { name: t('run.name', { target: dataset, no: run.no }), rows: count(rows), n: rows })}
			<button type="button" className="plain" onClick={onShow}>
				{t('data.show')}
			</button>
		</p>
	);
}

function NothingYet({ dataset }: { dataset: string }) {
	const kind = useQuery(datasetQuery(dataset)).data?.kind;
	const contract = useQuery(contractQuery(dataset)).data;
	const mayUpload = useMay('upload.write', domainOf(dataset)) && kind === 'upload';
	const doc = contract?.published?.doc ?? contract?.draft?.doc;
	const ghost = columnsOf(
		(doc?.fields ?? []).map((f) => ({ name: f.name, type: typeOf(f) })),
		[],
	);
	return (
		<>
			<EmptyState title={t('dataset.no_load')} text={mayUpload ? t('import.formats') : undefined}>
				{mayUpload ? (
					<Button onClick={() => pickFilesFor(dataset)}>{t('dataset.import')}</Button>
				) : null}
			</EmptyState>
			{ghost.length === 0 ? null : (
				<DataGrid
					label={t('data.expected')}
					columns={ghost}
					rows={[]}
					rowKey={() => ''}
					rowHeight={28}
				/>
			)}
		</>
	);
}

function WhereFrom({ row, dataset }: { row: DataRow; dataset: string }) {
	if (row.position === undefined) return null;
	const { load, row: line } = row.position;
	const name = t('run.name', { target: dataset, no: load });
	return (
		<span>
			{line === null
				? t('data.from_load', { name })
				: t('data.from_row', { name, row: count(line) })}
		</span>
	);
}

export function DataPage() {
	const { dataset } = useParams({ from: '/frame/datasets/$dataset' });
	const search = useSearch({ from: '/frame/datasets/$dataset/' });
	const navigate = useNavigate({ from: '/datasets/$dataset' });
	const mayRead = useMay('rows.read', domainOf(dataset));
	const table = useQuery(tableQuery(dataset));
	const rows = useInfiniteQuery({
		...rowsQuery(dataset, { sort: search.sort, filter: search.filter }),
		enabled: mayRead && table.data !== undefined && table.data !== null,
	});
	const [active, setActive] = useState<DataRow | undefined>(undefined);
	const [news, forget] = useNews(dataset, rows.dataUpdatedAt);
	const conditions = useMemo(() => parseFilter(search.filter), [search.filter]);
	const first = rows.data?.pages[0];
	const names = first?.columns ?? table.data?.columns;
	const sample = first?.items;
	const columns = useMemo(
		() => columnsOf(names ?? [], (sample ?? []).slice(0, SAMPLE)),
		[names, sample],
	);
	const list = useMemo(
		() =>
			(rows.data?.pages ?? [])
				.flatMap((p) => p.items.map((cells, i) => ({ cells, position: p.positions?.[i] })))
				.map((r, index): DataRow => ({ index, ...r })),
		[rows.data],
	);
	const { hasNextPage, isFetchingNextPage, fetchNextPage } = rows;
	const more = useCallback(() => {
		if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
	}, [hasNextPage, isFetchingNextPage, fetchNextPage]);

	if (!mayRead) return <EmptyState title={t('data.denied')} text={t('data.denied_text')} />;
	if (table.isError) {
		return <ProblemLine error={table.error} onRetry={() => void table.refetch()} />;
	}
	if (table.data === null) return <NothingYet dataset={dataset} />;
	const setSearch = (change: { sort?: string | undefined; filter?: string | undefined }) =>
		void navigate({ search: (s) => ({ ...s, ...change }) });
	return (
		<>
			<FilterBar
				columns={columns.map((c) => c.id)}
				conditions={conditions}
				onChange={(c) => setSearch({ filter: formatFilter(c) })}
			/>
			{news === null ? null : (
				<News
					dataset={dataset}
					run={news}
					onShow={() => {
						forget();
						void queryClient.resetQueries({ queryKey: ['rows', dataset] });
					}}
				/>
			)}
			{rows.isError ? (
				<ProblemLine error={rows.error} onRetry={() => void rows.refetch()} />
			) : null}
			{columns.length === 0 || (rows.isError && list.length === 0) ? null : (
				<DataGrid
					primary
					label={t('data.label', { name: dataset })}
					columns={columns}
					rows={list}
					rowKey={(r) => String(r.index)}
					rowHeight={28}
					total={first?.row_count ?? undefined}
					estimate={first?.estimate ?? false}
					sort={search.sort}
					onSort={(sort) => setSearch({ sort })}
					onMore={hasNextPage ? more : undefined}
					onActive={setActive}
					status={active === undefined ? null : <WhereFrom row={active} dataset={dataset} />}
				/>
			)}
			{search.filter !== undefined && first?.items.length === 0 ? (
				<EmptyState title={t('data.no_match')}>
					<Link to="/datasets/$dataset" params={{ dataset }}>
						{t('data.all')}
					</Link>
				</EmptyState>
			) : null}
		</>
	);
}
