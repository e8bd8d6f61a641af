// SPDX-License-Identifier: Apache-2.0
// Log - the lines of a run's tasks; levels are added by a click; opens at the first error.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { logQuery } from '../../api/queries';
import type { LogLine, Run } from '../../api/types';
import { DataGrid, type Column } from '../../components/DataGrid';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { t, word } from '../../i18n';
import { time, zone } from '../../lib/format';
import css from './Runs.module.css';

interface LogProps {
	run: Run;
	task: string | undefined;
	/** levels separated by commas; none = all */
	level: string | undefined;
	onLevel: (level: string | undefined) => void;
}

const levels = ['error', 'warn', 'info'];

/** "load 2 ": the task and, from the second on, its attempt. */
function taskOf(run: Run, line: LogLine): string {
	const task = run.tasks.find((x) => x.id === line.task_id);
	if (task === undefined) return '';
	return `${word('task', task.kind)}${line.attempt > 1 ? ` ${line.attempt}` : ''}  `;
}

const columns = (run: Run): Array<Column<LogLine>> => [
	{
		id: 'at',
		title: t('log.at'),
		note: zone(),
		width: 112,
		mono: true,
		cell: (l) => time(l.at),
		text: (l) => l.at,
	},
	{
		id: 'level',
		title: t('log.level'),
		width: 80,
		cell: (l) => <span className={css[`level_${l.level}`]}>{word('level', l.level)}</span>,
		text: (l) => l.level,
	},
	{
		id: 'msg',
		title: t('log.msg'),
		width: 640,
		mono: true,
		cell: (l) => (
			<span>
				<span className="dim">{taskOf(run, l)}</span>
				{l.msg}
			</span>
		),
		text: (l) => l.msg,
	},
];

function toggled(current: string | undefined, level: string): string | undefined {
	const on = new Set(current?.split(',') ?? []);
	if (on.has(level)) on.delete(level);
	else on.add(level);
	return on.size === 0 ? undefined : levels.filter((l) => on.has(l)).join(',');
}

export function Log({ run, task, level, onLevel }: LogProps) {
	const log = useInfiniteQuery({ ...logQuery(run.id, level), refetchInterval: refetchWhile(run) });
	const lines = useMemo(
		() =>
			(log.data?.pages ?? [])
				.flatMap((p) => p.items)
				.filter((l) => task === undefined || l.task_id === task),
		[log.data, task],
	);
	const list = useMemo(() => columns(run), [run]);
	const on = new Set(level?.split(',') ?? []);
	return (
		<>
			<div className={css.levels} role="group" aria-label={t('log.levels')}>
				{levels.map((l) => (
					<button key={l} type="button" aria-pressed={on.has(l)} onClick={() => onLevel(toggled(level, l))}>
						{word('level', l)}
					</button>
				))}
				{task === undefined ? null : <span className="dim small">{t('log.one_task')}</span>}
			</div>
			{log.isError ? <ProblemLine error={log.error} onRetry={() => void log.refetch()} /> : null}
			{log.data !== undefined && lines.length === 0 ? (
				<EmptyState title={t('log.empty')} />
			) : (
				<DataGrid
					primary
					label={t('run.log')}
					columns={list}
					rows={lines}
					rowKey={(_l, i) => String(i)}
					rowHeight={24}
					total={log.hasNextPage ? undefined : lines.length}
					onMore={log.hasNextPage ? () => void log.fetchNextPage() : undefined}
				/>
			)}
		</>
	);
}

function refetchWhile(run: Run): number | false {
	return run.finished_at === null && run.started_at !== null ? 2000 : false;
}
