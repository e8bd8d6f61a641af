// SPDX-License-Identifier: Apache-2.0
// Consequence - what publishing the draft would change on the last file, tried while one looks.
import { Button } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { eventPost } from '../../api/eventPost';
import { asProblem, Problem } from '../../api/problem';
import type { ContractPreview, PreviewSide } from '../../api/types';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { bytes, count, progress } from '../../lib/format';
import { RawRow } from '../rejects/RawRow';
import css from './Consequence.module.css';
import type { DraftState } from './useDraft';

const PAUSE_MS = 1000;

type Trial =
	| { state: 'idle' | 'stopped' }
	| { state: 'running'; done: number; total: number; rows: number }
	| { state: 'done'; result: ContractPreview }
	| { state: 'failed'; problem: Problem };

interface Told {
	bytes: number;
	bytes_total: number;
	rows: number;
}

function useTrial(dataset: string, draft: DraftState) {
	const [trial, setTrial] = useState<Trial>({ state: 'idle' });
	const running = useRef<AbortController | null>(null);
	const stop = useCallback(() => {
		running.current?.abort();
		running.current = null;
		setTrial((is) => (is.state === 'running' ? { state: 'stopped' } : is));
	}, []);
	const { settle } = draft;
	const start = useCallback(async () => {
		running.current?.abort();
		const mine = new AbortController();
		running.current = mine;
		const set = (next: Trial): void => {
			if (running.current === mine) setTrial(next);
		};
		set({ state: 'running', done: 0, total: 0, rows: 0 });
		try {
			const etag = await settle();
			const path = `/api/datasets/${encodeURIComponent(dataset)}/contract/preview`;
			await eventPost(path, { etag, signal: mine.signal }, ({ event, data }) => {
				if (event === 'progress') {
					const told = data as Told;
					set({ state: 'running', done: told.bytes, total: told.bytes_total, rows: told.rows });
				} else if (event === 'result') {
					set({ state: 'done', result: data as ContractPreview });
				} else if (event === 'problem') {
					const { code, text } = data as { code: string; text: string };
					set({ state: 'failed', problem: new Problem(400, { code, title: text }) });
				}
			});
			/* A stream that ends without a word was cut. */
			setTrial((is) =>
				running.current === mine && is.state === 'running' ? { state: 'stopped' } : is,
			);
		} catch (e) {
			if (!mine.signal.aborted) set({ state: 'failed', problem: asProblem(e) });
		}
	}, [dataset, settle]);
	return { trial, start, stop };
}

interface SideProps {
	side: PreviewSide;
	kind: 'fails' | 'passes';
	/** nothing is published that it could differ from */
	first?: boolean;
}

function Side({ side, kind, first = false }: SideProps) {
	const fails = first ? 'effect.would_fail' : 'effect.fails';
	return (
		<section className={css.side} data-side={kind}>
			<h3>
				{t(kind === 'fails' ? fails : 'effect.passes', {
					n: side.count,
					rows: count(side.count),
				})}
			</h3>
			<ul>
				{side.rules.map((r) => (
					<li key={`${r.rule}${r.column ?? ''}`}>
						<details>
							<summary>
								<span className="num">{count(r.count)}</span>{' '}
								<span className="mono">{r.rule}</span>{' '}
								{r.column === null ? <span className="dim">{t('rejects.whole_row')}</span> : r.column}
							</summary>
							<ul className={css.examples}>
								{r.examples.map((e) => (
									<li key={e.row}>
										<span className="dim">{t('effect.line', { line: count(e.line) })}</span>{' '}
										<code>
											<RawRow
												reject={{ raw: e.raw, cell: e.cell, column_index: null, raw_truncated: false }}
												delimiter=","
											/>
										</code>
										<span className={css.message}>{e.message}</span>
									</li>
								))}
							</ul>
						</details>
					</li>
				))}
			</ul>
		</section>
	);
}

function Result({ result }: { result: ContractPreview }) {
	const { draft, published, fails, passes } = result;
	const { code, text: reason } = (draft.reason ?? {}) as { code?: string; text?: string };
	const same = fails.count === 0 && passes.count === 0 && draft.verdict !== 'unusable';
	return (
		<div className={css.result} role="status">
			<p>
				{result.whole
					? t('effect.whole', { no: result.no, n: result.rows, rows: count(result.rows) })
					: t('effect.front', {
							no: result.no,
							rows: count(result.rows),
							size: bytes(result.max_bytes),
						})}{' '}
				{same ? t(published === null ? 'effect.all_good' : 'effect.same') : null}
			</p>
			{draft.verdict === 'good' || reason === undefined ? null : (
				<p className={css.bad}>
					{t(draft.verdict === 'unusable' ? 'effect.unusable' : 'effect.over_budget', { reason })}{' '}
					<span className="mono">{code}</span>
				</p>
			)}
			{same ? null : (
				<div className={css.sides}>
					{fails.count === 0 ? null : (
						<Side side={fails} kind="fails" first={published === null} />
					)}
					{passes.count === 0 ? null : <Side side={passes} kind="passes" />}
				</div>
			)}
		</div>
	);
}

/** Starts by itself when the draft rests; a further edit ends it and starts it anew. */
export function Consequence({ dataset, draft }: { dataset: string; draft: DraftState }) {
	const { trial, start, stop } = useTrial(dataset, draft);
	const ready = draft.changed && !draft.conflict && draft.error === null;
	const doc = draft.doc;
	useEffect(() => {
		if (!ready) return undefined;
		const timer = setTimeout(() => void start(), PAUSE_MS);
		return () => {
			clearTimeout(timer);
			stop();
		};
	}, [ready, doc, start, stop]);
	useEffect(() => stop, [stop]);
	if (!ready) return null;
	/* Before the first file there is nothing to try it on. */
	if (trial.state === 'failed' && trial.problem.code === 'preview.no_object') return null;
	return (
		<section className={css.box} aria-label={t('effect.title')} data-part="effect">
			<div className={css.head}>
				<h2 className="minor">{t('effect.title')}</h2>
				{trial.state === 'running' ? (
					<>
						<span className="dim small" role="status">
							{t('effect.trying', {
								pct: progress(trial.done, trial.total),
								rows: count(trial.rows),
							})}
						</span>
						<Button variant="default" size="compact-sm" onClick={stop}>
							{t('effect.cancel')}
						</Button>
					</>
				) : (
					<Button variant="default" size="compact-sm" onClick={() => void start()}>
						{t('effect.try')}
					</Button>
				)}
				{trial.state === 'stopped' ? <span className="dim small">{t('effect.stopped')}</span> : null}
			</div>
			{trial.state === 'failed' ? <ProblemLine error={trial.problem} /> : null}
			{trial.state === 'done' ? <Result result={trial.result} /> : null}
		</section>
	);
}
