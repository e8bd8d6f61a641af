// SPDX-License-Identifier: Apache-2.0
// answers - what the stand-in says: one dataset with rows, rejects, loads and runs in each state.
import type {
	Contract, ContractDoc, ContractPreview, Dataset, Inspection, Load, Reject, Run, RunState, Table,
} from '../src/api/types';

const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const uuid = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const session = {
	user: { id: uuid(1), name: 'admin', display_name: 'Admin' },
	is_administrator: true,
	domains: { default: ['data_manager'] },
	permissions: {
		default: [
			'dataset.read', 'dataset.write', 'contract.write', 'rows.read', 'rejects.raw', 'upload.write',
			'load.undo', 'pipeline.read', 'run.read', 'run.start', 'run.cancel', 'run.retry',
		],
	},
	csrf_token: 'mock',
	expires_at: at(-480),
};

const check = { read: 100_000, good: 99_746, repaired: 0, rejected: 254 };
const load = {
	received: 99_746, inserted: 99_746, updated: 0, unchanged: 0, deduplicated: 0, refused: 0,
};

function run(no: number, state: RunState, headline: string, more: Partial<Run> = {}): Run {
	const over = !['queued', 'running', 'cancelling'].includes(state);
	const task = (kind: Run['tasks'][number]['kind'], i: number, s: Run['tasks'][number]['state']) => ({
		id: uuid(no * 10 + i), kind, state: s, attempt: 1, max_attempts: 3, epoch: no, worker: 'validation-1',
		created_at: at(no), started_at: at(no - 0.01 - i * 0.02), finished_at: over ? at(no - 0.03 - i * 0.02) : null,
		waited_ms: 300, reason: null,
	});
	const failed = state === 'failed';
	return {
		id: uuid(no), no, domain: 'default', target: 'online_sales', kind: 'arrival', trigger: 'upload', state,
		version: 3, headline, reason: null, waiting_for: null, created_at: at(no), created_by: 'admin',
		next: failed ? [{ action: 'retry', label: 'Retry', enabled: true, why: null, plan: { runs: ['validate', 'load'], reused: [], text: 'runs the check and the load' } }]
			: state === 'done_with_rejects'
				? [{ action: 'show_rejects', label: 'Show 254 rejects', enabled: true, why: null }] : [],
		started_at: at(no - 0.01), finished_at: over ? at(no - 0.05) : null, upload_id: uuid(500 + no),
		file: { name: 'online_sales.csv', bytes: 9_876_543 }, pipeline: null, pipeline_version: null,
		contract_version: 1, load_no: failed ? null : no,
		account: failed ? { check, load: null } : { check, load }, progress: null, retry_of: null,
		tasks: [task('validate', 0, failed ? 'failed' : 'done'), task('load', 1, failed ? 'skipped' : over ? 'done' : 'running')],
		...more,
	};
}

const runs = [
	run(1, 'running', 'Loading 99,746 rows', { progress: { stage: 'load', bytes: 0, bytes_total: 0, rows: 40_000, rejects: 254, rate: 80_000, eta_ms: 4000 } }),
	run(30, 'done_with_rejects', 'Loaded 99,746 rows; 254 rejected'),
	run(90, 'failed', 'Stopped: 1,204 of 100,000 rows rejected (1.2 %), this dataset allows 1 %'),
	run(1500, 'done', 'Loaded 99,746 rows', { account: { check: { ...check, good: 99_746, read: 99_746, rejected: 0 }, load } }),
];

const doc: ContractDoc = {
	fields: [
		{ name: 'order_id', type: 'integer', constraints: { required: true }, millrace: { type: 'integer' } },
		{ name: 'ordered_at', type: 'datetime', millrace: { type: 'timestamp' } },
		{ name: 'region', type: 'string', constraints: { enum: ['north', 'south'] } },
		{ name: 'amount', type: 'number', constraints: { minimum: 0 }, millrace: { type: 'decimal', scale: 2, aliases: ['Betrag'] } },
	],
	missingValues: ['', 'N/A'],
	millrace: { budget_pct: 1, dialect: { delimiter: ',' } },
};

const dataset: Dataset = {
	id: uuid(900), name: 'online_sales', domain: 'default', description: 'Orders of the shop', kind: 'upload',
	mode: 'append', auto_publish: false, contract_version: 1, contract_state: 'draft', error_budget_pct: 1,
	created_at: at(9000), created_by: 'admin', last_run: runs[1] ?? null,
};
const columns = doc.fields.map((f) => ({
	name: f.name,
	type: (f.millrace?.type ?? 'text') as Table['columns'][number]['type'],
}));
const table: Table = {
	name: 'online_sales', domain: 'default', mode: 'append', columns, row_count: 99_746,
	last_load: { no: 30, at: at(30), by: 'admin' },
};
const page = <T>(items: T[]) => ({ items, next_cursor: null });
const rows = Array.from({ length: 500 }, (_, i) => [i, '2026-11-20 10:00:00', i % 9 ? ' north ' : null, '12.50']);
const rejects = Array.from({ length: 60 }, (_, i): Reject => ({
	run_id: uuid(30), no: 30, seq: i + 1, line: 10 + i, row: 9 + i, column_index: i % 5 ? 3 : null,
	column: i % 5 ? 'amount' : null, rule: i % 5 ? 'type.decimal' : 'row.cells',
	message: i % 5 ? 'amount: "1.234,56 €" is not a decimal' : '3 cells, the header has 4', offset: 1000,
	length: 40, raw: `${i},2026-11-20 10:00:00,north,"1.234,56 €"\n`, raw_truncated: false,
	cell: i % 5 ? { at: `${i}`.length + 28, length: 10 } : null, shape: i % 5 ? '9.999,99 a' : null,
}));
const loads: Load[] = [30, 20].map((no, i) => ({
	dataset: 'online_sales', domain: 'default', no, run_id: uuid(no), state: i ? 'undone' : 'live', mode: 'append',
	rows: 99_746, account: load, at: at(no), by: 'admin', contract_version: 1, undone_at: i ? at(5) : null,
	undone_by: i ? 'admin' : null, pipeline: null, pipeline_version: null, file: { name: 'online_sales.csv', bytes: 9_876_543, sha256: 'abcdef0123' },
	undo: { possible: i === 0, reason: null }, redo: { possible: i === 1, reason: null },
}));

const inspection: Inspection = {
	verdict: 'table', reason: null, bytes: 4000, whole: true, compression: 'none', encoding: 'utf-8',
	dialect: { delimiter: 'comma', quote: 'double', line_end: 'lf', header_rows: 1 },
	columns_total: 4, rows_seen: 120, rows_refused: 1,
	columns: [
		{ name: 'order_id', header: 'Order ID', type: 'integer', values: 119, empty: 0 },
		{
			name: 'ordered_at', header: 'Ordered at', type: 'date', format: '%d/%m/%Y', values: 119, empty: 0,
			ambiguous: 'every date can be read day first and month first: day first was taken, please check',
		},
		{ name: 'region', header: 'Region', type: 'string', values: 110, empty: 9 },
		{ name: 'amount', header: 'Betrag', type: 'number', exact_type: 'decimal', decimalChar: ',', values: 119, empty: 0 },
	],
	rows: [['1', '03/04/2026', 'north', '12,50'], ['2', '05/04/2026', '', '1,00']],
	dataset: null,
	other_datasets: [{ dataset: 'online_sales', domain: 'default', matched: 4, columns: 4, fields: 4, fits: true }],
};

const preview: ContractPreview = {
	run_id: uuid(30), no: 30, file: { name: 'online_sales.csv', bytes: 9_876_543 }, rows: 100_000, whole: true,
	max_bytes: 268_435_456, published: { verdict: 'good', account: check, reason: null },
	draft: {
		verdict: 'over_budget', account: { ...check, good: 98_746, rejected: 1254 },
		reason: { code: 'check.over_budget', params: {}, text: '1,254 of 100,000 rows rejected (1.3 %), this dataset allows 1 %' },
	},
	fails: {
		count: 1200,
		rules: [{
			rule: 'minimum', column: 'amount', count: 1200,
			examples: [{ row: 9, line: 10, message: 'amount: 0.40 is below the minimum 1', raw: '9,2026-11-20 10:00:00,north,0.40', cell: { at: 28, length: 4 } }],
		}],
	},
	passes: { count: 200, rules: [{ rule: 'enum', column: 'region', count: 200, examples: [] }] },
};

const fixed: Record<string, unknown> = {
	'POST /api/inspect': inspection,
	'GET /auth/session': session, 'POST /auth/signin': session, 'POST /auth/signout': {},
	'GET /api/datasets': page([dataset]), 'GET /api/tables': page([table]), 'GET /api/runs': page(runs),
	'GET /api/datasets/online_sales': dataset, 'GET /api/tables/online_sales': table,
	'GET /api/tables/online_sales/rows': { columns, items: rows, positions: rows.map((_, i) => ({ load: 30, row: i })), next_cursor: null, row_count: 500, estimate: false },
	'GET /api/datasets/online_sales/contract': {
		published: { version: 1, doc, published_at: at(900), published_by: 'admin' },
		draft: { doc, etag: '"1"', updated_at: at(10), source: 'inferred', evidence: { rows: 500, columns: [{ name: 'amount', header: 'Betrag', chosen: 'decimal', values: 500, empty: 3, fits: 497, fell: [{ type: 'integer', misfits: 2, text: 'why not integer: line 512 `12.5`' }] }] } },
	},
	'GET /api/datasets/online_sales/contract/versions': page([{ version: 1, doc, published_at: at(900), published_by: 'admin' }]),
	'GET /api/datasets/online_sales/rejects': page(rejects),
	'GET /api/datasets/online_sales/rejects/summary': {
		run_id: uuid(30), no: 30, total: 254, stored: 60, by_rule: [{ rule: 'type.decimal', count: 200 }, { rule: 'row.cells', count: 54 }],
		by_column: [{ column: 'amount', rule: 'type.decimal', count: 200 }],
	},
	'GET /api/loads': page(loads), 'GET /api/pipelines': page([]), 'GET /api/uploads': page([]),
};

/** What streams of events say, one after the other. */
const streams: Record<string, [event: string, data: unknown][]> = {
	'POST /api/datasets/online_sales/contract/preview': [
		['progress', { bytes: 3_000_000, bytes_total: 9_876_543, rows: 30_000 }],
		['progress', { bytes: 7_000_000, bytes_total: 9_876_543, rows: 71_000 }],
		['result', preview],
	],
};

export const answers = {
	runs,
	/** A saved draft, as the suite answers it; later readers get it, too. */
	keep(path: string, saved: { doc: ContractDoc }): Contract['draft'] | undefined {
		const contract = fixed[`GET ${path.replace(/\/draft$/, '')}`] as Contract | undefined;
		if (contract?.draft == null) return undefined;
		const etag = `"${Number(contract.draft.etag.slice(1, -1)) + 1}"`;
		contract.draft = { ...contract.draft, ...saved, etag, updated_at: at(0) };
		return contract.draft;
	},
	stream: (method: string, path: string) => streams[`${method} ${path}`],
	of(method: string, path: string): unknown {
		const known = fixed[`${method} ${path}`];
		if (known !== undefined) return known;
		const one = runs.find((r) => path === `/api/runs/${r.id}`);
		if (one !== undefined) return one;
		if (/^\/api\/runs\/[^/]+\/log$/.test(path)) {
			return page(runs[1]?.tasks.map((x) => ({ task_id: x.id, attempt: 1, at: at(30), level: 'info', msg: `${x.kind} began` })) ?? []);
		}
		return undefined;
	},
};
