// SPDX-License-Identifier: Apache-2.0
// HomePage - in five seconds: must I do something, what is on, what happened.
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { openUploadsQuery, recentLoadsQuery, runsQuery } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Load, Run, Upload } from '../../api/types';
import { refOf } from '../../api/client';
import { Page } from '../../app/Page';
import { AccountBar } from '../../components/AccountBar';
import { partLink } from '../../components/partLink';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { StateMark } from '../../components/StateMark';
import { t } from '../../i18n';
import { day, progress, sameDay, time } from '../../lib/format';
import { mergeRuns } from '../../lib/mergeRuns';
import { percentDone, stagesOfRun } from '../../lib/stages';
import { useLive } from '../../live/LiveStore';
import { progressOf } from '../../live/runState';
import { pickFiles } from '../import/DropTarget';
import { useJobs } from '../import/uploads';
import { RunActions } from '../runs/RunActions';
import css from './Home.module.css';
import { byDay, isQuestion, loadOfRun, needsYou, onNow } from './homeModel';

const RECENT = 40;

function RunName({ run }: { run: Run }) {
	return (
		<Link to="/runs/$run" params={{ run: run.id }} className={css.name} data-line="">
			{t('run.name', { target: refOf(run.domain, run.target), no: run.no })}
		</Link>
	);
}

function Zone({ title, children, count }: { title: string; children: ReactNode; count?: number }) {
	return (
		<section className={css.zone}>
			<h2>
				{title}
				{count === undefined || count === 0 ? null : <span className={css.count}>{count}</span>}
			</h2>
			{children}
		</section>
	);
}

function Question({ upload }: { upload: Upload }) {
	return (
		<li className={css.need}>
			<Link
				to="/imports/$upload"
				params={{ upload: upload.upload_id }}
				className={css.name}
				data-line=""
			>
				{upload.filename}
			</Link>
			<span className={css.what}>
				<StateMark state="needs_person" sentence={t('upload.duplicate')} />
			</span>
			<Link to="/imports/$upload" params={{ upload: upload.upload_id }}>
				{t('upload.decide')}
			</Link>
		</li>
	);
}

function NeedsYou({ runs, questions }: { runs: Run[]; questions: Upload[] }) {
	const n = runs.length + questions.length;
	return (
		<Zone title={t('home.needs')} count={n}>
			{n === 0 ? (
				<p className="dim small">{t('home.needs_none')}</p>
			) : (
				<ul className={css.lines}>
					{questions.map((u) => (
						<Question key={u.upload_id} upload={u} />
					))}
					{runs.map((run) => (
						<li key={run.id} className={css.need}>
							<RunName run={run} />
							<span className={css.what}>
								<StateMark state={run.state} sentence={run.headline} />
							</span>
							<span className={css.act}>
								<RunActions quiet run={{ ...run, next: run.next.filter(leads).slice(0, 1) }} />
							</span>
						</li>
					))}
				</ul>
			)}
		</Zone>
	);
}

const leads = (n: Run['next'][number]) => n.enabled && n.action !== 'show_rows' && n.action !== 'cancel';

function Progress({ pct, name }: { pct: number; name: string }) {
	return (
		<>
			<progress value={pct} max={100} aria-label={t('home.progress', { name })} />
			<span className="num dim small">{pct} %</span>
		</>
	);
}

function Now({ runs, uploads }: { runs: Run[]; uploads: Upload[] }) {
	const state = useLive();
	return (
		<Zone title={t('home.now')} count={runs.length + uploads.length}>
			{runs.length + uploads.length === 0 ? (
				<p className="dim small">{t('home.now_none')}</p>
			) : (
				<ul className={css.lines}>
					{uploads.map((u) => (
						<li key={u.upload_id} className={css.now}>
							<Link
								to="/imports/$upload"
								params={{ upload: u.upload_id }}
								className={css.name}
								data-line=""
							>
								{u.filename}
							</Link>
							<StateMark
								state={u.state}
								sentence={t('home.uploading', { name: refOf(u.domain, u.dataset) })}
							/>
							<Progress pct={progress(u.offset, u.length ?? 0)} name={u.filename} />
						</li>
					))}
					{runs.map((run) => {
						const pct = percentDone(stagesOfRun(run, progressOf(state, run)));
						return (
							<li key={run.id} className={css.now}>
								<RunName run={run} />
								<StateMark state={run.state} sentence={run.headline} />
								<Progress pct={pct} name={`${run.target} #${run.no}`} />
							</li>
						);
					})}
				</ul>
			)}
		</Zone>
	);
}

function UndoneLine({ load }: { load: Load }) {
	const dataset = refOf(load.domain, load.dataset);
	return (
		<>
			<Link
				to="/datasets/$dataset/loads"
				params={{ dataset }}
				className={css.name}
				data-line=""
			>
				{t('run.name', { target: dataset, no: load.no })}
			</Link>
			<span className={css.what}>
				<StateMark
					state="undone"
					sentence={t('home.undone', { rows: load.rows, by: load.undone_by ?? '' })}
				/>
			</span>
			<span />
		</>
	);
}

function Recent({ runs, loads }: { runs: Run[]; loads: Load[] }) {
	const days = useMemo(() => byDay(runs.slice(0, RECENT), loads), [runs, loads]);
	return (
		<Zone title={t('home.recent')}>
			{days.map(({ day: key, happenings }) => (
				<div key={key}>
					<h3 className={css.day}>
						{sameDay(new Date(key), new Date()) ? t('home.today') : day(key)}
					</h3>
					<ul className={css.lines}>
						{happenings.map((h) => (
							<li
								key={h.kind === 'run' ? h.run.id : `${h.load.run_id}-undo`}
								className={css.recent}
							>
								<time dateTime={h.at} className="dim small num">
									{time(h.at).split(' ').pop()}
								</time>
								{h.kind === 'undo' ? (
									<UndoneLine load={h.load} />
								) : (
									<>
										<RunName run={h.run} />
										<span className={css.what}>
											<StateMark state={h.run.state} sentence={h.run.headline} />
										</span>
										<span className={css.bar}>
											<AccountBar
												account={h.run.account}
												size="short"
												link={partLink({
													dataset: refOf(h.run.domain, h.run.target),
													run: h.run.id,
													load: loadOfRun(h.run, loads),
												})}
											/>
										</span>
									</>
								)}
								<span className="dim small cut">
									{h.kind === 'undo' ? (h.load.undone_by ?? '') : (h.run.created_by ?? '')}
								</span>
							</li>
						))}
					</ul>
				</div>
			))}
		</Zone>
	);
}

function FirstSteps() {
	const mayUpload = useMay('upload.write');
	return (
		<EmptyState title={t('home.empty')} text={mayUpload ? t('import.formats') : undefined}>
			{mayUpload ? <Button onClick={pickFiles}>{t('import.pick')}</Button> : null}
			{mayUpload && import.meta.env.VITE_SAMPLE === 'yes' ? (
				<a href="/samples/messy.csv" download>
					{t('home.sample')}
				</a>
			) : null}
		</EmptyState>
	);
}

export function HomePage() {
	const query = useInfiniteQuery(runsQuery({}));
	const loads = useQuery(recentLoadsQuery);
	const mayUpload = useMay('upload.write');
	const open = useQuery({ ...openUploadsQuery, enabled: mayUpload });
	const { runs: known } = useLive();
	const jobs = useJobs();
	const runs = useMemo(
		() =>
			mergeRuns(
				(query.data?.pages ?? []).flatMap((p) => p.items),
				known,
				{},
				!query.hasNextPage,
			),
		[query.data, query.hasNextPage, known],
	);
	const uploads = useMemo(() => {
		const sent = new Map(jobs.map((j) => [j.uploadId, j]));
		return (open.data?.items ?? [])
			.filter((u) => u.state === 'open' && sent.get(u.upload_id)?.state !== 'sent')
			.map((u) => ({ ...u, offset: sent.get(u.upload_id)?.sent ?? u.offset }));
	}, [open.data, jobs]);
	return (
		<Page title={t('nav.home')} name={t('nav.home')}>
			{query.isError ? (
				<ProblemLine error={query.error} onRetry={() => void query.refetch()} />
			) : null}
			{query.data === undefined ? null : runs.length === 0 ? (
				<FirstSteps />
			) : (
				<>
					<NeedsYou runs={needsYou(runs)} questions={uploads.filter(isQuestion)} />
					<Now runs={onNow(runs)} uploads={uploads.filter((u) => !isQuestion(u))} />
					<Recent runs={runs} loads={loads.data?.items ?? []} />
				</>
			)}
		</Page>
	);
}
