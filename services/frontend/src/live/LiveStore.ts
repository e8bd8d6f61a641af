// SPDX-License-Identifier: Apache-2.0
// LiveStore - one event stream for all tabs of a browser.
//
// The tab that holds the lock reads the stream and tells the others over a BroadcastChannel; when it
// closes, the lock goes to the next. A tab hidden for five minutes gives the lock away. After 30 s
// without a byte the store says so and asks /api/runs every 5 s until the stream is back.
import { useSyncExternalStore } from 'react';
import { get, reportSessionLost } from '../api/client';
import type { Page, ProgressEvent, Run } from '../api/types';
import { readEvents, StreamRefused, type StreamEvent } from './eventStream';
import { emptyState, withProgress, withRuns, type LiveState } from './runState';

const NAME = 'millrace-live';
const SILENCE_MS = 30_000;
const POLL_MS = 5_000;
const HIDDEN_MS = 300_000;
const PAINT_MS = 200;

export interface Connection {
	state: 'starting' | 'live' | 'silent';
	/** when the last byte came, ms since the epoch; 0 = never */
	lastNews: number;
}

type Message =
	| { kind: 'hello' }
	| { kind: 'alive' }
	| { kind: 'snapshot'; runs: Run[]; whole: boolean }
	| { kind: 'run'; run: Run }
	| { kind: 'progress'; progress: ProgressEvent };

export class LiveStore {
	private state: LiveState = emptyState;
	private connection: Connection = { state: 'starting', lastNews: 0 };
	private readonly listeners = new Set<() => void>();
	private readonly runListeners = new Set<(run: Run) => void>();
	private channel: BroadcastChannel | null = null;
	private leading = false;
	private stop = new AbortController();
	private paintTimer: ReturnType<typeof setTimeout> | undefined;
	private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
	private watchTimer: ReturnType<typeof setInterval> | undefined;
	private startedAt = 0;

	subscribe = (listener: () => void): (() => void) => {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	};

	/** Called for each run that changed, not for those of a snapshot already known. */
	onRun(listener: (run: Run) => void): () => void {
		this.runListeners.add(listener);
		return () => this.runListeners.delete(listener);
	}

	getState = (): LiveState => this.state;
	getConnection = (): Connection => this.connection;

	start(): void {
		if (this.channel !== null) return;
		this.startedAt = Date.now();
		this.channel = new BroadcastChannel(NAME);
		this.channel.onmessage = (e: MessageEvent<Message>) => this.hear(e.data);
		this.say({ kind: 'hello' });
		this.watchTimer = setInterval(() => void this.watch(), POLL_MS);
		document.addEventListener('visibilitychange', this.onVisibility);
		this.compete();
	}

	/** Forgets everything; for signing out. */
	close(): void {
		document.removeEventListener('visibilitychange', this.onVisibility);
		clearInterval(this.watchTimer);
		clearTimeout(this.hiddenTimer);
		this.stop.abort();
		this.channel?.close();
		this.channel = null;
		this.state = emptyState;
		this.connection = { state: 'starting', lastNews: 0 };
		this.paint();
	}

	/** Takes what a request of this page learned, so that lists and live news agree. */
	learn(runs: readonly Run[]): void {
		this.takeRuns(runs);
		this.paint();
	}

	private onVisibility = (): void => {
		clearTimeout(this.hiddenTimer);
		if (document.visibilityState === 'hidden') {
			this.hiddenTimer = setTimeout(() => this.stop.abort(), HIDDEN_MS);
		} else if (this.stop.signal.aborted && this.channel !== null) {
			this.compete();
		}
	};

	private compete(): void {
		this.stop = new AbortController();
		const { signal } = this.stop;
		const lead = async () => {
			this.leading = true;
			try {
				await this.lead(signal);
			} finally {
				this.leading = false;
			}
		};
		if (!('locks' in navigator)) {
			void lead();
			return;
		}
		navigator.locks.request(NAME, { signal }, lead).catch(() => undefined);
	}

	private async lead(signal: AbortSignal): Promise<void> {
		for (let tries = 0; !signal.aborted; tries++) {
			try {
				await readEvents(
					'/api/events',
					{
						onOpen: () => {
							tries = 0;
						},
						onAlive: () => this.tell({ kind: 'alive' }),
						onEvent: (e) => this.read(e),
					},
					signal,
				);
			} catch (error) {
				if (signal.aborted) return;
				if (error instanceof StreamRefused && error.status === 401) reportSessionLost();
			}
			await pause(Math.min(10_000, 500 * 2 ** tries) * (0.75 + Math.random() / 2), signal);
		}
	}

	private read(e: StreamEvent): void {
		const data: unknown = JSON.parse(e.data);
		if (e.event === 'snapshot') {
			this.tell({ kind: 'snapshot', runs: (data as { runs: Run[] }).runs, whole: true });
		} else if (e.event === 'run') this.tell({ kind: 'run', run: data as Run });
		else if (e.event === 'progress') {
			this.tell({ kind: 'progress', progress: data as ProgressEvent });
		}
	}

	private tell(message: Message): void {
		this.say(message);
		this.hear(message);
	}

	private say(message: Message): void {
		this.channel?.postMessage(message);
	}

	private hear(message: Message): void {
		if (message.kind === 'hello') {
			if (!this.leading) return;
			this.say({ kind: 'snapshot', runs: [...this.state.runs.values()], whole: false });
			return;
		}
		this.connection = { state: 'live', lastNews: Date.now() };
		if (message.kind === 'snapshot') this.takeRuns(message.runs);
		else if (message.kind === 'run') this.takeRuns([message.run]);
		else if (message.kind === 'progress') {
			this.state = withProgress(this.state, message.progress);
		}
		this.paint();
	}

	private takeRuns(runs: readonly Run[]): void {
		const before = this.state.runs;
		this.state = withRuns(this.state, runs);
		for (const run of runs) {
			const known = before.get(run.id);
			if (known === undefined || known.version < run.version) {
				for (const listener of this.runListeners) listener(run);
			}
		}
	}

	private async watch(): Promise<void> {
		const since = Date.now() - Math.max(this.connection.lastNews, this.startedAt);
		if (since < SILENCE_MS || document.visibilityState === 'hidden') return;
		this.connection = { ...this.connection, state: 'silent' };
		this.paint();
		try {
			this.takeRuns((await get<Page<Run>>('/api/runs?limit=50')).items);
			this.paint();
		} catch {
			/* the mark already says that there is no news */
		}
	}

	private paint(): void {
		this.paintTimer ??= setTimeout(() => {
			this.paintTimer = undefined;
			for (const listener of this.listeners) listener();
		}, PAINT_MS);
	}
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener('abort', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}

export const live = new LiveStore();

export function useLive(): LiveState {
	return useSyncExternalStore(live.subscribe, live.getState);
}

export function useConnection(): Connection {
	return useSyncExternalStore(live.subscribe, live.getConnection);
}
