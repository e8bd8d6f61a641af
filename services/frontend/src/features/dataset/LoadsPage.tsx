// SPDX-License-Identifier: Apache-2.0
// LoadsPage - every load from the ledger, newest first; each can be taken back and put back in place.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { domainOf, request } from '../../api/client';
import { loadsQuery, queryClient, tableQuery } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Load, LoadChange } from '../../api/types';
import { AccountBar } from '../../components/AccountBar';
import { partLink } from '../../components/partLink';
import { DataGrid, type Column } from '../../components/DataGrid';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { StateMark } from '../../components/StateMark';
import { UndoRow, type Act } from '../../components/UndoRow';
import { t } from '../../i18n';
import { bytes, count, time, zone } from '../../lib/format';
import css from './Dataset.module.css';

interface Changed {
	from: number | undefined;
	to: number;
	runId: string | null;
}

const columns = (
	dataset: string,
	act: (load: Load) => Act | null,
	changed: ReadonlyMap<number, Changed>,
): Array<Column<Load>> => [
	{
		id: 'no',
		title: t('loads.no'),
		width: 64,
		align: 'end',
		cell: (l) => (
			<Link to="/runs/$run" params={{ run: l.run_id }}>
				#{l.no}
			</Link>
		),
		text: (l) => String(l.no),
	},
	{
		id: 'at',
		title: t('loads.at'),
		note: zone(),
		width: 180,
		cell: (l) => (
			<span>
				{time(l.at)} <span className="dim">{t('loads.by', { by: l.by })}</span>
			</span>
		),
		text: (l) => l.at,
	},
	{
		id: 'file',
		title: t('loads.file'),
		note: t('loads.file_note'),
		width: 240,
		cell: (l) =>
			l.file?.name == null ? (
				<span className="dim">{l.mode === 'replace' ? t('loads.pipeline') : ''}</span>
			) : (
				<span title={l.file.sha256 ?? ''}>
					{l.file.name}
					<span className="dim">
						{' '}
						{bytes(l.file.bytes ?? 0)} {(l.file.sha256 ?? '').slice(0, 8)}
					</span>
				</span>
			),
		text: (l) => l.file?.name ?? '',
	},
	{
		id: 'rows',
		title: t('loads.rows'),
		width: 92,
		align: 'end',
		cell: (l) => count(l.rows),
		text: (l) => String(l.rows),
	},
	{
		id: 'account',
		title: t('loads.account'),
		width: 152,
		cell: (l) => (
			<AccountBar
				account={{ load: l.account }}
				size="short"
				link={partLink({ dataset, run: l.run_id, load: l })}
			/>
		),
	},
	{
		id: 'state',
		title: t('loads.state'),
		width: 180,
		cell: (l) => (
			<StateMark
				state={l.state}
				sentence={
					l.state === 'undone' && l.undone_at !== null
						? t('loads.undone', { at: time(l.undone_at), by: l.undone_by ?? '' })
						: undefined
				}
			/>
		),
		text: (l) => l.state,
	},
	{
		id: 'undo',
		title: t('loads.undo'),
		width: 180,
		cell: (l) => {
			const change = changed.get(l.no);
			return (
				<>
					<UndoRow act={act(l)} />
					{change === undefined ? null : (
						<span role="status">
							{change.runId !== null ? (
								<Link to="/runs/$run" params={{ run: change.runId }}>
									{t('loads.redoing')}
								</Link>
							) : change.from === undefined ? null : (
								t('loads.moved', { from: count(change.from), to: count(change.to) })
							)}
						</span>
					)}
				</>
			);
		},
	},
];

function actOf(load: Load, dataset: string, done: (c: LoadChange) => void): Act | null {
	const redo = load.state !== 'live';
	const what = redo ? load.redo : load.undo;
	if (!what.possible && what.reason === null) return null;
	return {
		kind: redo ? 'redo' : 'undo',
		label: redo ? t('loads.redo_button') : t('loads.undo_button'),
		about: `${dataset} #${load.no}`,
		busy: redo ? t('loads.redoing') : t('loads.undoing'),
		possible: what.possible,
		reason: what.reason,
		run: async (idempotencyKey) => {
			const path = `/api/loads/${encodeURIComponent(dataset)}/${load.no}/${redo ? 'redo' : 'undo'}`;
			done(await request<LoadChange>('POST', path, { idempotencyKey }));
		},
	};
}

export function LoadsPage() {
	const { dataset } = useParams({ from: '/frame/datasets/$dataset' });
	const navigate = useNavigate();
	const mayUndo = useMay('load.undo', domainOf(dataset));
	const loads = useInfiniteQuery(loadsQuery(dataset));
	const [changed, setChanged] = useState<ReadonlyMap<number, Changed>>(new Map());
	const rows = useMemo(() => (loads.data?.pages ?? []).flatMap((p) => p.items), [loads.data]);
	const list = useMemo(() => {
		const done = (no: number) => (c: LoadChange) => {
			const from = queryClient.getQueryData(tableQuery(dataset).queryKey)?.row_count;
			setChanged((m) => new Map(m).set(no, { from, to: c.row_count, runId: c.run_id }));
			for (const key of ['loads', 'table', 'rows']) {
				void queryClient.invalidateQueries({ queryKey: [key, dataset] });
			}
			void queryClient.invalidateQueries({ queryKey: ['tables'] });
			void queryClient.invalidateQueries({ queryKey: ['loads', ''] });
		};
		return columns(dataset, (l) => (mayUndo ? actOf(l, dataset, done(l.no)) : null), changed);
	}, [dataset, mayUndo, changed]);
	if (loads.isError) {
		return <ProblemLine error={loads.error} onRetry={() => void loads.refetch()} />;
	}
	if (loads.data !== undefined && rows.length === 0) {
		return <EmptyState title={t('loads.empty')} />;
	}
	return (
		<DataGrid
			primary
			label={t('dataset.tab.loads')}
			columns={list}
			rows={rows}
			rowKey={(l) => String(l.no)}
			rowHeight={36}
			total={loads.hasNextPage ? undefined : rows.length}
			onMore={loads.hasNextPage ? () => void loads.fetchNextPage() : undefined}
			onOpen={(l) => void navigate({ to: '/runs/$run', params: { run: l.run_id } })}
			rowClass={(l) => (l.state === 'live' ? undefined : css.undone)}
		/>
	);
}
