// SPDX-License-Identifier: Apache-2.0
// StageBar - one bar with four named stages; it is full only when the rows are committed.
import { IconCheck, IconX } from '@tabler/icons-react';
import type { Progress } from '../../api/types';
import { t, word } from '../../i18n';
import { bytes, count, duration } from '../../lib/format';
import { percentDone, timeLeft, type Stage } from '../../lib/stages';
import css from './Import.module.css';

export interface StageBarProps {
	stages: Stage[];
	progress: Progress | null;
	/** instead of the run's progress, while the file is on its way here */
	line?: string | undefined;
}

function lineOf(stages: Stage[], p: Progress | null): string {
	if (p === null || !stages.some((s) => s.state === 'doing')) return '';
	const parts: string[] = [];
	if (p.stage === 'check' && p.bytes !== null && p.bytes_total !== null && p.bytes_total > 0) {
		parts.push(t('stage.bytes', { done: bytes(p.bytes), total: bytes(p.bytes_total) }));
	}
	if (p.rows !== null && p.rows > 0) parts.push(t('stage.rows', { n: p.rows, rows: count(p.rows) }));
	if (p.rejects !== null && p.rejects > 0) {
		parts.push(t('stage.rejects', { rejects: count(p.rejects) }));
	}
	if (p.rate !== null && p.rate > 0) parts.push(t('stage.rate', { rate: count(Math.round(p.rate)) }));
	const left = timeLeft(p);
	if (left !== null) {
		parts.push(t('stage.left', { left: duration(Math.round(left / 1000) * 1000) }));
	}
	return parts.join(' · ');
}

function announced(stages: Stage[]): string {
	const failed = stages.find((s) => s.state === 'failed');
	if (failed !== undefined) return t('stage.stopped', { stage: word('stage', failed.name) });
	const pct = percentDone(stages);
	return t('stage.percent', { pct: pct === 100 ? 100 : Math.floor(pct / 10) * 10 });
}

export function StageBar({ stages, progress, line }: StageBarProps) {
	const pct = percentDone(stages);
	return (
		<div className={css.stages}>
			<div
				className={css.track}
				role="progressbar"
				aria-label={t('stage.label')}
				aria-valuemin={0}
				aria-valuemax={100}
				aria-valuenow={pct}
			>
				{stages.map((s) => (
					<div key={s.name} className={css.stage} data-state={s.state}>
						<div className={css.fill} style={{ width: `${100 * s.fraction}%` }} />
					</div>
				))}
			</div>
			<ol className={css.names}>
				{stages.map((s) => (
					<li key={s.name} data-state={s.state}>
						{s.state === 'done' ? (
							<IconCheck size={14} stroke={2} aria-label={word('state', 'done')} />
						) : null}
						{s.state === 'failed' ? (
							<IconX size={14} stroke={2} aria-label={word('state', 'failed')} />
						) : null}
						{word('stage', s.name)}
					</li>
				))}
			</ol>
			<p className={css.stageLine}>{line ?? lineOf(stages, progress)}</p>
			<p className="srOnly" role="status">
				{announced(stages)}
			</p>
		</div>
	);
}
