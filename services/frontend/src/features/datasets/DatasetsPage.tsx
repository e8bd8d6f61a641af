// SPDX-License-Identifier: Apache-2.0
// DatasetsPage - find a table and see whether it can be trusted: rows, last load, books, contract.
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { datasetsQuery, tablesQuery } from '../../api/queries';
import { refOf } from '../../api/client';
import { useMay } from '../../api/session';
import type { Dataset, Run, Table } from '../../api/types';
import { Page } from '../../app/Page';
import { AccountBar } from '../../components/AccountBar';
import { DataGrid, type Column } from '../../components/DataGrid';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { StateMark } from '../../components/StateMark';
import { t } from '../../i18n';
import { count, time, zone } from '../../lib/format';
import { useMarksByDataset, type RunMarks } from '../../lib/useRunMarks';
import { pickFiles } from '../import/DropTarget';

interface Row {
	ref: string;
	dataset: Dataset;
	table: Table | undefined;
	current: Run | undefined;
	last: Partial<Run> | undefined;
	loaded: Partial<Run> | undefined;
}

function contractCell({ dataset }: Row) {
	const draft = dataset.contract_state === 'draft';
	if (dataset.contract_version === null) {
		return <StateMark state={draft ? 'draft' : 'none'} tight={false} />;
	}
	return (
		<span>
			v{dataset.contract_version}
			{draft ? ` · ${t('contract.draft_open')}` : ''}
		</span>
	);
}

const columns: Array<Column<Row>> = [
	{
		id: 'name',
		title: t('datasets.name'),
		width: 204,
		sortKey: 'name',
		cell: (r) => (
			<Link to="/datasets/$dataset" params={{ dataset: r.ref }} title={r.dataset.description ?? ''}>
				{r.ref}
			</Link>
		),
		text: (r) => r.ref,
	},
	{
		id: 'rows',
		title: t('datasets.rows'),
		width: 96,
		align: 'end',
		sortKey: 'rows',
		cell: (r) => (r.table === undefined ? '' : count(r.table.row_count)),
		text: (r) => String(r.table?.row_count ?? ''),
	},
	{
		id: 'at',
		title: t('datasets.loaded'),
		note: zone(),
		width: 132,
		sortKey: 'at',
		cell: (r) => (r.table?.last_load ? time(r.table.last_load.at) : t('datasets.never')),
		text: (r) => r.table?.last_load?.at ?? '',
	},
	{
		id: 'by',
		title: t('datasets.by'),
		width: 92,
		cell: (r) => r.table?.last_load?.by ?? '',
		text: (r) => r.table?.last_load?.by ?? '',
	},
	{
		id: 'account',
		title: t('datasets.account'),
		width: 152,
		cell: (r) => <AccountBar account={r.loaded?.account} size="bar" />,
	},
	{
		id: 'last',
		title: t('datasets.last'),
		width: 160,
		cell: (r) => (r.last?.state === undefined ? '' : <StateMark state={r.last.state} />),
		text: (r) => r.last?.state ?? '',
	},
	{
		id: 'now',
		title: t('datasets.now'),
		width: 100,
		cell: (r) => (r.current === undefined ? '' : <StateMark state={r.current.state} />),
		text: (r) => r.current?.state ?? '',
	},
	{ id: 'contract', title: t('datasets.contract'), width: 84, cell: contractCell },
];

function keyOf(row: Row, key: string): string | number {
	if (key === 'rows') return row.table?.row_count ?? -1;
	if (key === 'at') return row.table?.last_load?.at ?? '';
	return row.ref;
}

function arranged(rows: Row[], q: string | undefined, sort: string | undefined): Row[] {
	const needle = q?.toLowerCase();
	const kept = needle === undefined ? [...rows] : rows.filter((r) => matches(r, needle));
	if (sort === undefined) return kept;
	const key = sort.replace('-', '');
	const sign = sort.startsWith('-') ? -1 : 1;
	return kept.sort((a, b) => (keyOf(a, key) < keyOf(b, key) ? -sign : sign));
}

function matches(row: Row, needle: string): boolean {
	return `${row.ref} ${row.dataset.description ?? ''}`.toLowerCase().includes(needle);
}

function rowsOf(
	datasets: Dataset[],
	tables: Table[],
	marks: ReadonlyMap<string, RunMarks>,
): Row[] {
	const byRef = new Map(tables.map((table) => [refOf(table.domain, table.name), table]));
	return datasets.map((dataset) => {
		const ref = refOf(dataset.domain, dataset.name);
		const live = marks.get(ref);
		const kept = dataset.last_run ?? undefined;
		const last = live?.last !== undefined && live.last.no >= (kept?.no ?? 0) ? live.last : kept;
		const loaded = live?.loaded ?? (kept?.load_no == null ? undefined : kept);
		return { ref, dataset, table: byRef.get(ref), current: live?.current, last, loaded };
	});
}

export function DatasetsPage() {
	const search = useSearch({ from: '/frame/datasets' });
	const navigate = useNavigate({ from: '/datasets' });
	const datasets = useQuery(datasetsQuery);
	const tables = useQuery(tablesQuery);
	const marks = useMarksByDataset();
	const mayUpload = useMay('upload.write');
	const all = useMemo(
		() => rowsOf(datasets.data?.items ?? [], tables.data?.items ?? [], marks),
		[datasets.data, tables.data, marks],
	);
	const rows = useMemo(() => arranged(all, search.q, search.sort), [all, search.q, search.sort]);
	return (
		<Page
			title={t('nav.datasets')}
			name={t('nav.datasets')}
			fill
			actions={
				<TextInput
					data-filter
					aria-label={t('datasets.filter')}
					placeholder={t('datasets.filter')}
					value={search.q ?? ''}
					onChange={(e) => {
						const q = e.currentTarget.value === '' ? undefined : e.currentTarget.value;
						void navigate({ search: (s) => ({ ...s, q }), replace: true });
					}}
				/>
			}
		>
			{datasets.isError ? (
				<ProblemLine error={datasets.error} onRetry={() => void datasets.refetch()} />
			) : null}
			{tables.isError ? (
				<ProblemLine error={tables.error} onRetry={() => void tables.refetch()} />
			) : null}
			{datasets.data !== undefined && all.length === 0 ? (
				<EmptyState title={t('datasets.empty')} text={t('import.formats')}>
					{mayUpload ? <Button onClick={pickFiles}>{t('datasets.new')}</Button> : null}
				</EmptyState>
			) : (
				<DataGrid
					primary
					label={t('nav.datasets')}
					columns={columns}
					rows={rows}
					rowKey={(r) => r.ref}
					total={rows.length}
					sort={search.sort}
					onSort={(sort) => void navigate({ search: (s) => ({ ...s, sort }), replace: true })}
					onOpen={(r) => void navigate({ to: '/datasets/$dataset', params: { dataset: r.ref } })}
				/>
			)}
		</Page>
	);
}
