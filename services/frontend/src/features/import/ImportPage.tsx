// SPDX-License-Identifier: Apache-2.0
// ImportPage - one file on its way: upload, check, load, commit; full only after the ledger's commit.
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { post, refOf } from '../../api/client';
import { asProblem } from '../../api/problem';
import { queryClient, runQuery, uploadQuery } from '../../api/queries';
import type { Run, Upload } from '../../api/types';
import { Page } from '../../app/Page';
import { AccountBar } from '../../components/AccountBar';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { StateMark } from '../../components/StateMark';
import { t } from '../../i18n';
import { bytes, duration, progress } from '../../lib/format';
import { stagesOfRun, stagesOfUpload } from '../../lib/stages';
import { useLive } from '../../live/LiveStore';
import { progressOf } from '../../live/runState';
import { RunActions } from '../runs/RunActions';
import { useBooks } from '../runs/useBooks';
import { pickFiles } from './DropTarget';
import { FileLook } from './FileLook';
import css from './Import.module.css';
import { StageBar } from './StageBar';
import { uploads, useJob, type Job } from './uploads';

function useRunOf(upload: Upload | undefined): Run | undefined {
	const id = upload?.run_id ?? undefined;
	const heard = useLive().runs.get(id ?? '');
	const fetched = useQuery({ ...runQuery(id ?? ''), enabled: id !== undefined }).data;
	if (heard === undefined) return fetched;
	return fetched === undefined || heard.version >= fetched.version ? heard : fetched;
}

function uploadLine(job: Job): string {
	const parts = [t('stage.bytes', { done: bytes(job.sent), total: bytes(job.total) })];
	if (job.rate !== null && job.rate > 0) {
		parts.push(t('upload.rate', { rate: bytes(job.rate) }));
		const left = (1000 * (job.total - job.sent)) / job.rate;
		if (left > 2000) parts.push(t('stage.left', { left: duration(Math.round(left / 1000) * 1000) }));
	}
	return parts.join(' · ');
}

function Sending({ job }: { job: Job }) {
	const word = {
		queued: t('upload.queued'),
		sending: t('upload.sending'),
		paused: t('upload.paused'),
		offline: t('upload.offline'),
		sent: t('upload.sent'),
		duplicate: '',
		failed: '',
	}[job.state];
	return (
		<div className={css.sending}>
			<p role="status">{word}</p>
			{job.state === 'sending' ? (
				<Button variant="default" size="compact-sm" onClick={() => uploads.pause(job.key)}>
					{t('upload.pause')}
				</Button>
			) : null}
			{job.state === 'paused' ? (
				<Button size="compact-sm" onClick={() => uploads.resume(job.key)}>
					{t('upload.resume')}
				</Button>
			) : null}
			{job.state === 'failed' ? <ProblemLine error={job.problem} /> : null}
		</div>
	);
}

/** The same bytes were loaded before: ask, never share and never refuse. */
function DuplicateQuestion({ upload }: { upload: Upload }) {
	const again = useMutation({
		mutationFn: () => post<Upload>(`/api/uploads/${upload.upload_id}/finish`, { again: true }),
		onSuccess: () =>
			queryClient.invalidateQueries({ queryKey: uploadQuery(upload.upload_id).queryKey }),
	});
	const before = upload.duplicate_of;
	const dataset = refOf(upload.domain, upload.dataset);
	return (
		<section className={css.question}>
			<p role="status">
				<strong>{t('upload.duplicate')}</strong>{' '}
				{before?.no == null
					? t('upload.duplicate_open')
					: t('upload.duplicate_of', { name: t('run.name', { target: dataset, no: before.no }) })}
			</p>
			<div className="row">
				{before?.run_id == null ? null : (
					<Link to="/runs/$run" params={{ run: before.run_id }}>
						{t('upload.show')}
					</Link>
				)}
				<Button variant="default" disabled={again.isPending} onClick={() => again.mutate()}>
					{again.isPending ? t('upload.loading_again') : t('upload.load_again')}
				</Button>
			</div>
			{again.isError ? <ProblemLine error={again.error} /> : null}
		</section>
	);
}

function Interrupted({ upload }: { upload: Upload }) {
	const pct = progress(upload.offset, upload.length ?? 0);
	return (
		<EmptyState title={t('upload.interrupted', { name: upload.filename, pct })}>
			<Button onClick={pickFiles}>{t('upload.pick_again')}</Button>
		</EmptyState>
	);
}

function reasonText(upload: Upload): string {
	const { reason } = upload;
	return typeof reason === 'string' ? reason : (reason?.text ?? '');
}

function Books({ run }: { run: Run }) {
	return <AccountBar account={useBooks(run)} />;
}

function Body({ upload, job, run }: { upload: Upload; job: Job | undefined; run: Run | undefined }) {
	const state = useLive();
	const duplicate =
		run === undefined && (job?.state === 'duplicate' || (!job && upload.duplicate_of !== null));
	if (run !== undefined) {
		return (
			<>
				<StageBar
					stages={stagesOfRun(run, progressOf(state, run))}
					progress={progressOf(state, run)}
				/>
				<div className={css.headline} role="status" data-run-state={run.state}>
					<StateMark state={run.state} sentence={run.headline} />
				</div>
				<Books run={run} />
				<div className="row wrap">
					<RunActions run={run} />
					<Link to="/runs/$run" params={{ run: run.id }}>
						{t('run.name', { target: refOf(run.domain, run.target), no: run.no })}
					</Link>
				</div>
				{run.finished_at === null ? <p className="dim small">{t('import.leave')}</p> : null}
			</>
		);
	}
	if (upload.state === 'expired' || upload.state === 'failed') {
		return <StateMark state={upload.state} sentence={reasonText(upload)} />;
	}
	const sent = job?.sent ?? upload.offset;
	const total = job?.total ?? upload.length ?? 0;
	return (
		<>
			<StageBar
				stages={stagesOfUpload(sent, total, job?.state === 'failed')}
				progress={null}
				line={job === undefined ? '' : uploadLine(job)}
			/>
			{duplicate ? <DuplicateQuestion upload={upload} /> : null}
			{job !== undefined && !duplicate ? <Sending job={job} /> : null}
			{job === undefined && !duplicate && upload.state === 'open' ? (
				<Interrupted upload={upload} />
			) : null}
		</>
	);
}

export function ImportPage() {
	const { upload: id } = useParams({ from: '/frame/imports/$upload' });
	const job = useJob(id);
	const upload = useQuery({
		...uploadQuery(id),
		refetchInterval: (q) => {
			const u = q.state.data;
			if (u === undefined || u.run_id !== null || u.state === 'expired') return false;
			return job?.state === 'sent' || u.state === 'finishing' ? 300 : 2000;
		},
	});
	const run = useRunOf(upload.data);
	if (upload.data === undefined) {
		const unknown = upload.isError && asProblem(upload.error).status === 404;
		return (
			<Page title={t('import.title')} name={t('import.title')}>
				{unknown ? (
					<EmptyState title={t('import.unknown')}>
						<Link to="/">{t('nav.home')}</Link>
					</EmptyState>
				) : upload.isError ? (
					<ProblemLine error={upload.error} onRetry={() => void upload.refetch()} />
				) : null}
			</Page>
		);
	}
	const u = upload.data;
	const dataset = refOf(u.domain, u.dataset);
	return (
		<Page
			name={u.filename}
			title={
				<>
					<span className={css.file}>{u.filename}</span>{' '}
					<span className="dim">{t('import.into')}</span>{' '}
					<Link to="/datasets/$dataset" params={{ dataset }}>
						{dataset}
					</Link>
				</>
			}
		>
			<Body upload={u} job={job} run={run} />
			{job === undefined || run?.finished_at != null ? null : (
				<FileLook file={uploads.fileOf(job.key)} />
			)}
		</Page>
	);
}
