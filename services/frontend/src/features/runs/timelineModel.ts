// SPDX-License-Identifier: Apache-2.0
// timelineModel - where the bars of a run's tasks begin and end; no React.
import type { Run, Task } from '../../api/types';

export interface Bar {
	task: Task;
	/** ms since the run was made; null = not yet */
	ready: number;
	started: number | null;
	ended: number | null;
	waitedMs: number;
}

export interface TimelineModel {
	bars: Bar[];
	/** ms shown from left to right */
	spanMs: number;
	ticks: number[];
}

const steps = [
	10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000,
	600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000,
];

export function ticksFor(spanMs: number, most: number): number[] {
	const step = steps.find((s) => spanMs / s <= most) ?? spanMs;
	const ticks: number[] = [];
	for (let at = 0; at <= spanMs; at += step) ticks.push(at);
	return ticks;
}

export function timeline(run: Run, now: number): TimelineModel {
	const zero = Date.parse(run.created_at);
	const since = (at: string | null) => (at === null ? null : Math.max(0, Date.parse(at) - zero));
	const bars = run.tasks.map((task): Bar => {
		const started = since(task.started_at);
		const waitedMs = task.waited_ms ?? 0;
		const running = task.state === 'running';
		const waiting = task.state === 'queued' || task.state === 'waiting';
		const ready =
			started === null ? (waiting ? (since(task.created_at) ?? 0) : 0) : started - waitedMs;
		const over = started === null && !waiting ? null : since(task.finished_at);
		const ended = over ?? (running || waiting ? Math.max(0, now - zero) : null);
		return { task, ready: Math.max(0, ready), started, ended, waitedMs };
	});
	const ends = bars.flatMap((b) => (b.ended === null ? [] : [b.ended]));
	const spanMs = Math.max(10, since(run.finished_at) ?? 0, ...ends);
	return { bars, spanMs, ticks: ticksFor(spanMs, 8) };
}

/** "0", "200 ms", "2 s", "3 min": short, for the axis. */
export function tickText(ms: number): string {
	if (ms === 0) return '0';
	if (ms < 1000) return `${ms} ms`;
	if (ms < 60_000) return `${ms / 1000} s`;
	return ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
}
