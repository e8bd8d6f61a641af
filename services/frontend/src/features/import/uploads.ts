// SPDX-License-Identifier: Apache-2.0
// uploads - the uploads of this tab over tus: one at a time and in order, pause, resume after network
// loss, the question about equal bytes.
import { useSyncExternalStore } from 'react';
import type { DetailedError, Upload as TusUpload, UploadOptions } from 'tus-js-client';
import { getCsrfToken, reportSessionLost } from '../../api/client';
import { problemFrom, type Problem } from '../../api/problem';
import { queryClient } from '../../api/queries';
import { RateMeter } from '../../lib/rate';

const CHUNK = 64 * 1024 * 1024;
const RETRY_MS = 3000;

export type JobState =
	| 'queued'
	| 'sending'
	| 'paused'
	| 'offline'
	| 'sent'
	| 'duplicate'
	| 'failed';

export interface Job {
	key: string;
	uploadId: string | null;
	name: string;
	dataset: string;
	state: JobState;
	sent: number;
	total: number;
	/** bytes a second over the last 10 s; null = not known yet */
	rate: number | null;
	problem: Problem | null;
}

interface Work {
	job: Job;
	file: File;
	again: boolean;
	/** null until it is started for the first time */
	tus: TusUpload | null;
	meter: RateMeter;
	onId: (id: string) => void;
	onNoId: (problem: Problem) => void;
}

class Uploads {
	private readonly works = new Map<string, Work>();
	private list: Job[] = [];
	private readonly listeners = new Set<() => void>();
	private serial = 0;
	private retryTimer: ReturnType<typeof setTimeout> | undefined;

	constructor() {
		if (typeof window === 'undefined') return;
		window.addEventListener('online', () => this.retryOffline());
		window.addEventListener('beforeunload', (e) => {
			if (this.list.some((j) => j.state === 'sending' || j.state === 'offline')) e.preventDefault();
		});
	}

	subscribe = (listener: () => void): (() => void) => {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	};
	getJobs = (): Job[] => this.list;

	find(uploadId: string): Job | undefined {
		return this.list.find((j) => j.uploadId === uploadId);
	}

	/** The bytes of a job of this tab. */
	fileOf(key: string): File | undefined {
		return this.works.get(key)?.file;
	}

	/** Resolves to the upload's id once the server made it. */
	start(file: File, dataset: string, again = false): Promise<string> {
		return this.add(file, dataset, null, again);
	}

	/** Goes on with an upload of an earlier tab; the server says from which byte. */
	goOn(uploadId: string, file: File, dataset: string): Promise<string> {
		return this.add(file, dataset, uploadId, false);
	}

	pause(key: string): void {
		const work = this.works.get(key);
		if (work === undefined) return;
		void work.tus?.abort();
		this.change(work, { state: 'paused', rate: null });
	}

	resume(key: string): void {
		const work = this.works.get(key);
		if (work === undefined) return;
		work.meter = new RateMeter();
		this.change(work, { state: 'sending', problem: null });
		void this.send(work);
	}

	/** The protocol's code is loaded with the first file that goes. */
	private async send(work: Work): Promise<void> {
		if (work.tus === null) {
			const { Upload } = await import('tus-js-client');
			work.tus ??= new Upload(work.file, this.optionsFor(work));
		}
		if (work.job.state === 'sending' || work.job.state === 'offline') work.tus.start();
	}

	private add(file: File, dataset: string, uploadId: string | null, again: boolean): Promise<string> {
		const key = `u${++this.serial}`;
		return new Promise((resolve, reject) => {
			const job: Job = {
				key,
				uploadId,
				name: file.name,
				dataset,
				state: 'queued',
				sent: 0,
				total: file.size,
				rate: null,
				problem: null,
			};
			this.works.set(key, {
				job,
				file,
				again,
				tus: null,
				meter: new RateMeter(),
				onId: resolve,
				onNoId: reject,
			});
			this.list = [...this.list, job];
			this.publish();
			this.startNext();
		});
	}

	private optionsFor({ file, job, again }: Work): UploadOptions {
		const { key } = job;
		return {
			endpoint: '/api/uploads',
			uploadUrl: job.uploadId === null ? null : `/api/uploads/${job.uploadId}`,
			chunkSize: CHUNK,
			retryDelays: [0, 500, 1500],
			storeFingerprintForResuming: false,
			metadata: {
				filename: file.name,
				dataset: job.dataset,
				...(again ? { again: 'true' } : {}),
			},
			onBeforeRequest: (req) => {
				const token = getCsrfToken();
				if (token !== null) req.setHeader('X-CSRF-Token', token);
				if (req.getMethod() === 'POST') req.setHeader('Idempotency-Key', `${SESSION}-${key}`);
			},
			onUploadUrlAvailable: () => this.gotUrl(key),
			onProgress: (sent) => this.progress(key, sent),
			onShouldRetry: (error) => {
				const status = error.originalResponse?.getStatus() ?? 0;
				return status === 0 || status === 423 || status >= 500;
			},
			onError: (error) => this.failed(key, error),
			onSuccess: () => this.ended(key, { state: 'sent', problem: null }),
		};
	}

	private startNext(): void {
		const busy = this.list.some((j) => j.state === 'sending' || j.state === 'offline');
		const next = this.list.find((j) => j.state === 'queued');
		if (!busy && next !== undefined) this.resume(next.key);
	}

	private gotUrl(key: string): void {
		const work = this.works.get(key);
		const id = work?.tus?.url?.split('/').pop();
		if (work === undefined || id === undefined) return;
		this.change(work, { uploadId: id });
		void queryClient.invalidateQueries({ queryKey: ['uploads'] });
		work.onId(id);
	}

	private progress(key: string, sent: number): void {
		const work = this.works.get(key);
		if (work === undefined || work.job.state === 'paused') return;
		work.meter.add(Date.now(), sent);
		this.change(work, { sent, rate: work.meter.perSecond(), state: 'sending' });
	}

	private failed(key: string, error: Error | DetailedError): void {
		const work = this.works.get(key);
		if (work === undefined || work.job.state === 'paused') return;
		const response = 'originalResponse' in error ? error.originalResponse : null;
		if (response === null || response === undefined || response.getStatus() === 0) {
			this.change(work, { state: 'offline', rate: null });
			clearTimeout(this.retryTimer);
			this.retryTimer = setTimeout(() => this.retryOffline(), RETRY_MS);
			return;
		}
		const header = (name: string) => response.getHeader(name) ?? null;
		const problem = problemFrom(response.getStatus(), response.getBody(), header);
		if (problem.status === 401) {
			reportSessionLost();
			this.change(work, { state: 'paused', problem, rate: null });
			return;
		}
		const duplicate = problem.code === 'upload.duplicate';
		this.ended(key, duplicate ? { state: 'duplicate', sent: work.job.total } : { state: 'failed', problem });
		work.onNoId(problem);
	}

	private retryOffline(): void {
		for (const work of this.works.values()) {
			if (work.job.state === 'offline') void this.send(work);
		}
	}

	private ended(key: string, change: Partial<Job>): void {
		const work = this.works.get(key);
		if (work === undefined) return;
		this.change(work, { ...change, rate: null });
		this.startNext();
	}

	private change(work: Work, change: Partial<Job>): void {
		work.job = { ...work.job, ...change };
		this.list = this.list.map((j) => (j.key === work.job.key ? work.job : j));
		this.publish();
	}

	private publish(): void {
		for (const listener of this.listeners) listener();
	}
}

/** Makes the idempotency keys of this tab its own. */
const SESSION = typeof crypto === 'undefined' ? 'page' : crypto.randomUUID();

export const uploads = new Uploads();

export function useJobs(): Job[] {
	return useSyncExternalStore(uploads.subscribe, uploads.getJobs);
}

export function useJob(uploadId: string): Job | undefined {
	return useJobs().find((j) => j.uploadId === uploadId);
}

