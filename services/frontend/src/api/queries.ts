// SPDX-License-Identifier: Apache-2.0
// queries - what is read from the API, with one key each, and what a run makes stale.
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import { live } from '../live/LiveStore';
import { get, getCsrfToken, query, refOf } from './client';
import { fetched, Problem, problemFrom } from './problem';
import type {
	Contract,
	ContractVersion,
	Dataset,
	Inspection,
	Load,
	LogLine,
	Page,
	Pipeline,
	Reject,
	RejectSummary,
	Report,
	RowsPage,
	Run,
	Session,
	Table,
	Upload,
} from './types';

export const queryClient = new QueryClient({
	defaultOptions: {
		queries: {
			staleTime: 15_000,
			gcTime: 600_000,
			refetchOnWindowFocus: true,
			retry: (failures, error) =>
				failures < 1 && (!(error instanceof Problem) || error.status === 0 || error.status >= 502),
			retryDelay: 500,
		},
		mutations: { retry: false },
	},
});

const e = encodeURIComponent;

export const sessionQuery = queryOptions({
	queryKey: ['session'],
	queryFn: ({ signal }) => get<Session>('/auth/session', signal),
	staleTime: 60_000,
	retry: false,
});

export const datasetsQuery = queryOptions({
	queryKey: ['datasets'],
	queryFn: ({ signal }) => get<Page<Dataset>>('/api/datasets?limit=500', signal),
});

export const tablesQuery = queryOptions({
	queryKey: ['tables'],
	queryFn: ({ signal }) => get<Page<Table>>('/api/tables?limit=500', signal),
});

export const datasetQuery = (dataset: string) =>
	queryOptions({
		queryKey: ['dataset', dataset],
		queryFn: ({ signal }) => get<Dataset>(`/api/datasets/${e(dataset)}`, signal),
	});

export const pipelinesQuery = queryOptions({
	queryKey: ['pipelines'],
	queryFn: ({ signal }) => get<Page<Pipeline>>('/api/pipelines?limit=500', signal),
});

/** null: the dataset has no table yet. */
export const tableQuery = (dataset: string) =>
	queryOptions({
		queryKey: ['table', dataset],
		queryFn: async ({ signal }): Promise<Table | null> => {
			try {
				return await get<Table>(`/api/tables/${e(dataset)}`, signal);
			} catch (error) {
				if (error instanceof Problem && error.status === 404) return null;
				throw error;
			}
		},
	});

export const contractQuery = (dataset: string) =>
	queryOptions({
		queryKey: ['contract', dataset],
		queryFn: ({ signal }) => get<Contract>(`/api/datasets/${e(dataset)}/contract`, signal),
		staleTime: 0,
	});

export const versionsQuery = (dataset: string) =>
	queryOptions({
		queryKey: ['contract-versions', dataset],
		queryFn: ({ signal }) =>
			get<Page<ContractVersion>>(`/api/datasets/${e(dataset)}/contract/versions`, signal),
	});

export const versionQuery = (dataset: string, version: number) =>
	queryOptions({
		queryKey: ['contract-version', dataset, version],
		queryFn: ({ signal }) =>
			get<ContractVersion>(`/api/datasets/${e(dataset)}/contract/versions/${version}`, signal),
		staleTime: Infinity,
	});

export const loadsQuery = (dataset: string) =>
	infiniteQueryOptions({
		queryKey: ['loads', dataset],
		queryFn: ({ signal, pageParam }) =>
			get<Page<Load>>(`/api/loads${query({ dataset, limit: 100, cursor: pageParam })}`, signal),
		initialPageParam: null as string | null,
		getNextPageParam: (last) => last.next_cursor,
	});

/** null: the ledger does not have it. It is read newest first, and has no address for a single load. */
export const loadQuery = (dataset: string, no: number) =>
	queryOptions({
		queryKey: ['loads', dataset, no],
		queryFn: async ({ signal }): Promise<Load | null> => {
			let cursor: string | null = null;
			do {
				const page: Page<Load> = await get(
					`/api/loads${query({ dataset, limit: 500, cursor })}`,
					signal,
				);
				const load = page.items.find((l) => l.no === no);
				if (load !== undefined) return load;
				cursor = page.next_cursor;
			} while (cursor !== null);
			return null;
		},
	});

export interface RowsParams {
	sort: string | undefined;
	/** as in the address and the API: column:op:value;… */
	filter: string | undefined;
}

export const rowsQuery = (dataset: string, { sort, filter }: RowsParams) =>
	infiniteQueryOptions({
		queryKey: ['rows', dataset, sort ?? '', filter ?? ''],
		queryFn: ({ signal, pageParam }) =>
			get<RowsPage>(
				`/api/tables/${e(dataset)}/rows${query({
					limit: 200,
					cursor: pageParam,
					sort,
					filter,
				})}`,
				signal,
			),
		initialPageParam: null as string | null,
		getNextPageParam: (last) => last.next_cursor,
		staleTime: Infinity,
		retry: false,
	});

export interface RejectsParams {
	run: string | undefined;
	rule: string | undefined;
	column: string | undefined;
	shape: string | undefined;
}

export const rejectsQuery = (dataset: string, params: RejectsParams) =>
	infiniteQueryOptions({
		queryKey: [
			'rejects',
			dataset,
			params.run ?? '',
			params.rule ?? '',
			params.column ?? '',
			params.shape ?? '',
		],
		queryFn: ({ signal, pageParam }) =>
			get<Page<Reject>>(
				`/api/datasets/${e(dataset)}/rejects${query({ ...params, limit: 200, cursor: pageParam })}`,
				signal,
			),
		initialPageParam: null as string | null,
		getNextPageParam: (last) => last.next_cursor,
	});

export const rejectSummaryQuery = (dataset: string, run: string | undefined) =>
	queryOptions({
		queryKey: ['reject-summary', dataset, run ?? ''],
		queryFn: ({ signal }) =>
			get<RejectSummary>(`/api/datasets/${e(dataset)}/rejects/summary${query({ run })}`, signal),
	});

export const reportQuery = (run: string) =>
	queryOptions({
		queryKey: ['report', run],
		queryFn: ({ signal }) => get<Report>(`/api/reports/${e(run)}`, signal),
		staleTime: Infinity,
	});

export const runsQuery = (params: { target?: string | undefined; state?: string | undefined }) =>
	infiniteQueryOptions({
		queryKey: ['runs', params.target ?? '', params.state ?? ''],
		queryFn: ({ signal, pageParam }) =>
			get<Page<Run>>(`/api/runs${query({ ...params, limit: 100, cursor: pageParam })}`, signal),
		initialPageParam: null as string | null,
		getNextPageParam: (last) => last.next_cursor,
	});

export const runQuery = (id: string) =>
	queryOptions({
		queryKey: ['run', id],
		queryFn: async ({ signal }) => {
			const run = await get<Run>(`/api/runs/${e(id)}`, signal);
			live.learn([run]);
			return run;
		},
	});

export const logQuery = (id: string, level: string | undefined) =>
	infiniteQueryOptions({
		queryKey: ['log', id, level ?? ''],
		queryFn: ({ signal, pageParam }) =>
			get<Page<LogLine>>(
				`/api/runs/${e(id)}/log${query({ level, limit: 500, cursor: pageParam })}`,
				signal,
			),
		initialPageParam: null as string | null,
		getNextPageParam: (last) => last.next_cursor,
	});

/** The newest loads of all datasets: where undone ones are seen. */
export const recentLoadsQuery = queryOptions({
	queryKey: ['loads', '', 'recent'],
	queryFn: ({ signal }) => get<Page<Load>>('/api/loads?limit=50', signal),
});

export const openUploadsQuery = queryOptions({
	queryKey: ['uploads', 'open'],
	queryFn: ({ signal }) => get<Page<Upload>>('/api/uploads?state=open&limit=50', signal),
	refetchInterval: 10_000,
});

export const uploadQuery = (id: string) =>
	queryOptions({
		queryKey: ['upload', id],
		queryFn: ({ signal }) => get<Upload>(`/api/uploads/${e(id)}`, signal),
	});

/** What a file is, judged by the server from its front, while the rest is not even sent. */
export const inspectionQuery = (file: File | undefined, front: number) =>
	queryOptions({
		queryKey: ['inspection', file?.name, file?.size, file?.lastModified, front],
		enabled: file !== undefined,
		queryFn: async ({ signal }): Promise<Inspection> => {
			const whole = (file?.size ?? 0) <= front;
			const response = await fetched(`/api/inspect${query({ whole: String(whole) })}`, {
				method: 'POST',
				credentials: 'same-origin',
				signal,
				headers: {
					'Content-Type': 'application/octet-stream',
					'X-CSRF-Token': getCsrfToken() ?? '',
				},
				body: file?.slice(0, front) ?? null,
			});
			const text = await response.text();
			if (!response.ok) {
				throw problemFrom(response.status, text, (name) => response.headers.get(name));
			}
			return JSON.parse(text) as Inspection;
		},
		staleTime: Infinity,
		retry: false,
	});

/** What a changed run makes stale. The rows under a reader's eyes are never swapped: not 'rows'. */
export function runChanged(run: Run, ended: boolean): void {
	const dataset = refOf(run.domain, run.target);
	queryClient.setQueryData<Run>(['run', run.id], (known) =>
		known !== undefined && known.version > run.version ? known : run,
	);
	if (!ended) return;
	for (const key of [
		['datasets'],
		['tables'],
		['table', dataset],
		['dataset', dataset],
		['contract', dataset],
		['loads', dataset],
		['rejects', dataset],
		['reject-summary', dataset],
		['loads', ''],
		['log', run.id],
	]) {
		void queryClient.invalidateQueries({ queryKey: key });
	}
}
