// SPDX-License-Identifier: Apache-2.0
// RunPage - one run: headline and actions, account, timeline, log; live.
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { refOf } from '../../api/client';
import { asProblem } from '../../api/problem';
import { loadQuery, runQuery } from '../../api/queries';
import type { Run } from '../../api/types';
import { Page } from '../../app/Page';
import { AccountBar } from '../../components/AccountBar';
import { EmptyState } from '../../components/EmptyState';
import { partLink } from '../../components/partLink';
import { ProblemLine } from '../../components/ProblemLine';
import { StateMark } from '../../components/StateMark';
import { t } from '../../i18n';
import { percentDone, stagesOfRun } from '../../lib/stages';
import { useLive } from '../../live/LiveStore';
import { isTerminal, progressOf } from '../../live/runState';
import { StageBar } from '../import/StageBar';
import { Facts } from './Facts';
import { Log } from './Log';
import { RunActions } from './RunActions';
import css from './Runs.module.css';
import { Timeline } from './Timeline';
import { useBooks } from './useBooks';

/** Drawn by few, and large. */
const ReportView = lazy(() =>
	import('../report/ReportView').then((m) => ({ default: m.ReportView })),
);

const tabNames = { log: 'run.log', report: 'run.report', facts: 'run.facts' } as const;

/** The books, each number of which opens the rows it counts. */
function Books({ run }: { run: Run }) {
	const dataset = refOf(run.domain, run.target);
	const load = useQuery({
		...loadQuery(dataset, run.load_no ?? 0),
		enabled: run.load_no !== null && isTerminal(run.state),
	});
	return (
		<AccountBar
			account={useBooks(run)}
			link={partLink({ dataset, run: run.id, load: run.load_no === null ? null : load.data })}
		/>
	);
}

function Why({ run }: { run: Run }) {
	const said = run.headline.toLowerCase();
	const more = (text: string | undefined) =>
		text === undefined || said.includes(text.toLowerCase()) ? null : text;
	const reason = more(run.reason?.text);
	const waiting = more(run.waiting_for?.text);
	return (
		<>
			{reason === null ? null : <p className={css.reason}>{reason}</p>}
			{waiting === null ? null : <StateMark state="waiting" sentence={waiting} />}
		</>
	);
}

/** The newer of what was fetched and what was heard. */
function useRun(id: string) {
	const query = useQuery(runQuery(id));
	const state = useLive();
	const heard = state.runs.get(id);
	const fetched = query.data;
	const run =
		heard !== undefined && (fetched === undefined || heard.version > fetched.version)
			? heard
			: fetched;
	return { query, run, progress: run === undefined ? null : progressOf(state, run) };
}

export function RunPage() {
	const { run: id } = useParams({ from: '/frame/runs/$run' });
	const search = useSearch({ from: '/frame/runs/$run' });
	const navigate = useNavigate({ from: '/runs/$run' });
	const { query, run, progress } = useRun(id);
	const live = run !== undefined && !isTerminal(run.state);
	const stages = run === undefined ? [] : stagesOfRun(run, progress);
	const name =
		run === undefined
			? t('run.title')
			: t('run.name', { target: refOf(run.domain, run.target), no: run.no });
	useDocumentTitle(`${live ? `● ${percentDone(stages)} % · ` : ''}${name} · Millrace`);
	if (run === undefined) {
		const unknown = query.isError && asProblem(query.error).status === 404;
		return (
			<Page title={name} name={name}>
				{unknown ? (
					<EmptyState title={t('run.unknown')}>
						<Link to="/runs">{t('runs.all')}</Link>
					</EmptyState>
				) : query.isError ? (
					<ProblemLine error={query.error} onRetry={() => void query.refetch()} />
				) : null}
			</Page>
		);
	}
	const dataset = refOf(run.domain, run.target);
	/* What was checked has a report, from the moment the check ended. */
	const checked = run.account.check !== null || search.tab === 'report';
	const tabs = checked ? (['log', 'report', 'facts'] as const) : (['log', 'facts'] as const);
	return (
		<Page
			fill
			name={name}
			title={
				<>
					<Link to="/datasets/$dataset" params={{ dataset }} className={css.target}>
						{dataset}
					</Link>{' '}
					#{run.no}
				</>
			}
			actions={<RunActions run={run} />}
		>
			<div className={css.headline} role="status" data-run-state={run.state}>
				<StateMark state={run.state} sentence={run.headline} />
			</div>
			<Why run={run} />
			{live ? <StageBar stages={stages} progress={progress} /> : null}
			<Books run={run} />
			<Timeline
				run={run}
				chosen={search.task}
				onChoose={(task) => void navigate({ search: (s) => ({ ...s, task }), replace: true })}
			/>
			<nav className={css.tabs} aria-label={t('run.tabs')}>
				{tabs.map((tab) => (
					<Link
						key={tab}
						to="/runs/$run"
						params={{ run: id }}
						search={(s) => ({ ...s, tab: tab === 'log' ? undefined : tab })}
						activeOptions={{ explicitUndefined: true }}
						aria-current={(search.tab ?? 'log') === tab ? 'page' : undefined}
					>
						{t(tabNames[tab])}
					</Link>
				))}
			</nav>
			{search.tab === 'report' ? (
				<Suspense fallback={null}>
					<ReportView
						run={id}
						column={search.column}
						onColumn={(column) =>
							void navigate({ search: (s) => ({ ...s, column }), replace: true })
						}
					/>
				</Suspense>
			) : search.tab === 'facts' ? (
				<Facts run={run} />
			) : (
				<Log
					run={run}
					task={search.task}
					level={search.level}
					onLevel={(level) => void navigate({ search: (s) => ({ ...s, level }), replace: true })}
				/>
			)}
		</Page>
	);
}
