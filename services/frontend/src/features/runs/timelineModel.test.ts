// SPDX-License-Identifier: Apache-2.0
// timelineModel.test - bars start where the work started and grow while it runs.
import { describe, expect, it } from 'vitest';
import type { Run } from '../../api/types';
import { tickText, ticksFor, timeline } from './timelineModel';

const at = (ms: number) => new Date(Date.parse('2026-11-20T10:00:00Z') + ms).toISOString();
const run = {
	created_at: at(0),
	finished_at: null,
	tasks: [
		{ state: 'done', created_at: at(0), started_at: at(200), finished_at: at(1200), waited_ms: 200 },
		{ state: 'running', created_at: at(0), started_at: at(1500), finished_at: null, waited_ms: 300 },
		{ state: 'skipped', created_at: at(0), started_at: null, finished_at: at(2000), waited_ms: 0 },
		{ state: 'blocked', created_at: at(0), started_at: null, finished_at: null, waited_ms: null },
	],
} as unknown as Run;

describe('timeline', () => {
	const model = timeline(run, Date.parse(at(4000)));
	it('places each task', () => {
		expect(model.bars.map((b) => [b.ready, b.started, b.ended])).toEqual([
			[0, 200, 1200],
			[1200, 1500, 4000],
			[0, null, null],
			[0, null, null],
		]);
		expect(model.spanMs).toBe(4000);
	});
	it('has few, round ticks', () => {
		expect(model.ticks).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000]);
		expect(ticksFor(95, 8)).toEqual([0, 20, 40, 60, 80]);
		expect([0, 500, 2000, 120_000].map(tickText)).toEqual(['0', '500 ms', '2 s', '2 min']);
	});
});
