// SPDX-License-Identifier: Apache-2.0
// Timeline - a row for each task; the whole row is the target; waiting is hatched and explained.
import { useElementSize } from '@mantine/hooks';
import { useId } from 'react';
import type { Run } from '../../api/types';
import { StateMark } from '../../components/StateMark';
import { t, word } from '../../i18n';
import { duration, time } from '../../lib/format';
import { useNow } from '../../lib/useNow';
import { isTerminal } from '../../live/runState';
import css from './Runs.module.css';
import { tickText, timeline, type Bar, type TimelineModel } from './timelineModel';

const HEIGHT = 32;
const MIN_PX = 4;

interface TimelineProps {
	run: Run;
	chosen: string | undefined;
	onChoose: (task: string | undefined) => void;
}

function Bars({ bar, x, hatch }: { bar: Bar; x: (ms: number) => number; hatch: string }) {
	const { ready, started, ended } = bar;
	const from = started ?? ended;
	const waiting = bar.task.state === 'waiting' || bar.task.state === 'queued';
	return (
		<>
			{from === null || x(from) - x(ready) < 1 ? null : (
				<rect
					x={x(ready)}
					y={10}
					width={x(from) - x(ready)}
					height={12}
					fill={`url(#${hatch})`}
					className={css.waitBar}
				/>
			)}
			{started === null || ended === null ? null : (
				<rect
					x={x(started)}
					y={8}
					width={Math.max(MIN_PX, x(ended) - x(started))}
					height={16}
					rx={2}
					className={css.workBar}
					data-state={bar.task.state}
					fill={waiting ? `url(#${hatch})` : undefined}
				/>
			)}
		</>
	);
}

/** What the row says in words: how long it worked, how long it waited and for what. */
function sentence(bar: Bar): string {
	const { task, started, ended } = bar;
	if (task.reason !== null && task.state !== 'done') return task.reason.text;
	if (started === null) {
		if (task.state === 'blocked') return t('task.blocked');
		return task.state === 'queued' || task.state === 'waiting' ? t('task.waiting') : t('task.not_run');
	}
	const parts: string[] = [];
	if (bar.waitedMs >= 100) parts.push(t('task.waited', { ms: duration(bar.waitedMs) }));
	if (task.attempt > 1) parts.push(t('task.attempt', { n: task.attempt, of: task.max_attempts }));
	if (task.worker !== null) parts.push(t('task.worker', { name: task.worker }));
	return ended === null ? '' : parts.join(' · ');
}

function Axis({ model, x, width }: { model: TimelineModel; x: (ms: number) => number; width: number }) {
	return (
		<svg className={css.axis} width={width} height={20} aria-hidden="true">
			{model.ticks.map((ms) => (
				<text
					key={ms}
					x={x(ms)}
					y={14}
					textAnchor={ms === 0 ? 'start' : x(ms) > width - 24 ? 'end' : 'middle'}
				>
					{tickText(ms)}
				</text>
			))}
		</svg>
	);
}

export function Timeline({ run, chosen, onChoose }: TimelineProps) {
	const now = useNow(isTerminal(run.state) ? null : 250);
	const { ref, width } = useElementSize();
	const hatch = useId().replaceAll(':', '');
	const model = timeline(run, now);
	const x = (ms: number) => (ms / model.spanMs) * Math.max(0, width);
	return (
		<section className={css.timeline} aria-label={t('run.timeline')}>
			<svg width={0} height={0} aria-hidden="true" className={css.defs}>
				<pattern
					id={hatch}
					width={5}
					height={5}
					patternUnits="userSpaceOnUse"
					patternTransform="rotate(45)"
				>
					<line x1={0} y1={0} x2={0} y2={5} className={css.hatchLine} />
				</pattern>
			</svg>
			<div className={css.taskRow}>
				<span />
				<div ref={ref} className={css.track}>
					<Axis model={model} x={x} width={width} />
				</div>
				<span />
			</div>
			<ul>
				{model.bars.map((bar) => {
					const { task, started, ended } = bar;
					const on = chosen === task.id;
					return (
						<li key={task.id}>
							<button
								type="button"
								className={css.taskRow}
								aria-pressed={on}
								title={task.started_at === null ? undefined : time(task.started_at)}
								onClick={() => onChoose(on ? undefined : task.id)}
							>
								<span className={css.taskName}>
									<StateMark state={task.state} tight />
									{word('task', task.kind)}
									<span className="num dim">
										{started === null || ended === null ? '' : duration(ended - started)}
									</span>
								</span>
								<span className={css.track}>
									<svg width={width} height={HEIGHT} aria-hidden="true">
										<Bars bar={bar} x={x} hatch={hatch} />
									</svg>
								</span>
								<span className={css.taskText}>{sentence(bar)}</span>
							</button>
						</li>
					);
				})}
			</ul>
		</section>
	);
}
