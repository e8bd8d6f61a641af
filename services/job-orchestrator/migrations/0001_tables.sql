-- SPDX-License-Identifier: Apache-2.0
-- tables - targets, runs, tasks, their history and log; the edges of both state machines.
--
-- A run's row is the lock of the run: every function that changes the run or a task of it locks that row
-- first, then the tasks, then the target. Leases and schedules use clock_timestamp(), never a client's
-- clock (failure-model V12).

create table jobs.targets (
	domain text not null check (domain ~ '^[a-z][a-z0-9_]{0,47}$'),
	name text not null check (name ~ '^[a-z][a-z0-9_]{0,47}$'),
	next_no bigint not null default 1, -- the next run's number: upload order, run and load number in one
	epoch bigint not null default 0,   -- of the newest claim; only rises
	primary key (domain, name)
);

create table jobs.transitions (
	machine text not null check (machine in ('run', 'task')),
	from_state text not null, -- '' = not made yet
	to_state text not null,
	what text not null,
	primary key (machine, from_state, to_state)
);

insert into jobs.transitions (machine, from_state, to_state, what) values
('run', '', 'queued', 'made'),
('run', 'queued', 'running', 'a worker claimed its first task'),
('run', 'queued', 'cancelled', 'cancelled before any work'),
('run', 'running', 'done', 'the last task is done'),
('run', 'running', 'done_with_rejects', 'the last task is done, some rows were rejected'),
('run', 'running', 'failed', 'a task failed or is dead'),
('run', 'running', 'needs_person', 'cannot go on without a person; the act starts a new run'),
('run', 'running', 'cancelling', 'cancel asked while a worker holds a task'),
('run', 'running', 'cancelled', 'cancelled between two tasks'),
('run', 'cancelling', 'cancelled', 'the worker stopped, or the deadline passed'),
('run', 'cancelling', 'done', 'the load was committed before the cancel arrived'),
('run', 'cancelling', 'done_with_rejects', 'the load was committed before the cancel arrived'),
('run', 'cancelling', 'failed', 'a task failed before the cancel arrived'),
('run', 'cancelling', 'needs_person', 'a person was needed before the cancel arrived'),
('task', '', 'queued', 'made, may be claimed'),
('task', '', 'blocked', 'made, waits for the task before it'),
('task', '', 'skipped', 'made, but an earlier run did it already'),
('task', 'blocked', 'queued', 'the task before it is done'),
('task', 'blocked', 'skipped', 'the task before it did not get there'),
('task', 'blocked', 'cancelled', 'cancelled'),
('task', 'queued', 'running', 'claimed'),
('task', 'queued', 'cancelled', 'cancelled'),
('task', 'running', 'done', 'finished'),
('task', 'running', 'failed', 'finished: the data or the document is at fault'),
('task', 'running', 'waiting', 'crashed, lost or hindered; tried again after a pause'),
('task', 'running', 'queued', 'given back by a draining worker, or its worker was lost'),
('task', 'running', 'dead', 'no attempts left'),
('task', 'running', 'cancelled', 'the worker stopped, or the deadline passed'),
('task', 'waiting', 'queued', 'the pause is over'),
('task', 'waiting', 'cancelled', 'cancelled');

create table jobs.runs (
	id uuid primary key,
	domain text not null,
	target text not null,
	no bigint not null,
	kind text not null check (kind in ('arrival', 'pipeline', 'redo')),
	trigger text not null check (trigger in ('upload', 'manual', 'derived', 'publish', 'retry', 'redo')),
	state text not null,
	version bigint not null default 1,     -- raised by each change a reader can see
	changed_xid xid8 not null default pg_current_xact_id(), -- who changed it last: readers miss nothing
	spec jsonb not null,
	bound jsonb not null default '{}',     -- versions this run works with; the first write wins
	upload_id uuid,
	retry_of uuid unique references jobs.runs,
	created_at timestamptz not null default clock_timestamp(),
	created_by text not null,
	started_at timestamptz,
	finished_at timestamptz,
	cancel_by text,                        -- who asked
	cancel_asked timestamptz,
	cancel_until timestamptz,              -- deadline of a cancel
	reason jsonb,
	account_check jsonb,
	account_load jsonb,
	load_no bigint,
	contract_version int,
	pipeline text,
	pipeline_version int,
	unique (domain, target, no),
	foreign key (domain, target) references jobs.targets
);
-- One run for each upload, however often the upload's transaction is tried.
create unique index runs_of_upload on jobs.runs (upload_id) where trigger = 'upload';
create index runs_by_upload on jobs.runs (upload_id) where upload_id is not null;
create index runs_live on jobs.runs (domain, target, no)
	where state in ('queued', 'running', 'cancelling');
create index runs_newest on jobs.runs (created_at desc, id desc);
create index runs_changed on jobs.runs (changed_xid);
create index runs_cancelling on jobs.runs (cancel_until) where state = 'cancelling';

create table jobs.tasks (
	id uuid primary key,
	run_id uuid not null references jobs.runs,
	seq int not null,                      -- order within the run
	kind text not null check (kind in ('validate', 'load')),
	state text not null,
	attempt int not null default 0,        -- counted at the claim, so a crash counts
	max_attempts int not null,
	retries int not null default 0,        -- transient outcomes, with a cap of their own
	epoch bigint not null default 0,       -- of the last claim
	worker text,
	lease_until timestamptz,
	ready_at timestamptz not null default clock_timestamp(), -- not claimed before
	created_at timestamptz not null default clock_timestamp(),
	queued_at timestamptz,                 -- when it first could be claimed
	started_at timestamptz,                -- first claim
	claimed_at timestamptz,                -- last claim
	finished_at timestamptz,
	input jsonb not null default '{}',
	output jsonb,
	reason jsonb,
	progress jsonb,
	unique (run_id, seq)
);
create index tasks_ready on jobs.tasks (kind, ready_at) where state = 'queued';
create index tasks_leased on jobs.tasks (lease_until) where state = 'running';
create index tasks_waiting on jobs.tasks (ready_at) where state = 'waiting';

create table jobs.history (
	id bigint generated always as identity primary key,
	at timestamptz not null default clock_timestamp(),
	run_id uuid not null,
	task_id uuid,
	from_state text not null,
	to_state text not null,
	epoch bigint,
	attempt int,
	actor text not null, -- worker, person or 'sweeper'
	reason jsonb
);
create index history_of_run on jobs.history (run_id, id);

create table jobs.logs (
	id bigint generated always as identity primary key,
	run_id uuid not null,
	task_id uuid not null, -- of jobs.tasks; a foreign key would lock the task before its run
	attempt int not null,
	at timestamptz not null,
	level text not null check (level in ('info', 'warn', 'error')),
	msg text not null
);
create index logs_of_run on jobs.logs (run_id, id);
create index logs_of_attempt on jobs.logs (task_id, attempt);

-- What a client's Idempotency-Key led to; kept a day.
create table jobs.idempotency (
	user_id text not null,
	key text not null,
	request text not null, -- the request in normal form; another one under the same key is a conflict
	run_id uuid not null,
	at timestamptz not null default clock_timestamp(),
	primary key (user_id, key)
);
create index idempotency_old on jobs.idempotency (at);

grant select on all tables in schema jobs to millrace_jobs;
