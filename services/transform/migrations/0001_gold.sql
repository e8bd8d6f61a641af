-- SPDX-License-Identifier: Apache-2.0
-- 0001_gold - published tables, their ledger and their fence, in the target database (design.md 2.3, 4.4).
--
-- _millrace  targets (the fence), sessions and temps (what a loader holds), loads (the ledger), acts
-- _gold      heads (what a view shows), generations, and the tables behind the views
-- gold_<domain>.<dataset>  one view for each dataset, made by the first committed load
--
-- Everything here belongs to millrace_gold_owner. The loader is a member of it; the transform daemon may
-- read, and calls undo_v1 and redo_v1. Lock order everywhere: heads, then loads, then targets (the fence,
-- last before COMMIT). docs/decisions/0010-gold-layout.md says why each thing is as it is.

set local role millrace_gold_owner;

create schema if not exists _millrace;
create schema if not exists _gold;
grant usage on schema _millrace, _gold to millrace_transform;
alter default privileges for role millrace_gold_owner grant select on tables to millrace_transform;
alter default privileges for role millrace_gold_owner revoke execute on functions from public;

-- The newest epoch that may write to a target; only rises.
create table _millrace.targets (
	target text primary key,
	epoch bigint not null,
	at timestamptz not null default clock_timestamp()
);

-- Backends that load into a target: a newer epoch ends the older ones (a stopped loader keeps its locks).
create table _millrace.sessions (
	target text not null,
	epoch bigint not null,
	task_id uuid not null,
	pid int not null,
	backend_start timestamptz not null,
	primary key (target, epoch, pid, backend_start)
);

-- Tables of loads that have not committed; whoever comes next drops them.
create table _millrace.temps (
	relation text primary key, -- name in schema _gold
	target text not null,
	task_id uuid not null,
	epoch bigint not null,
	at timestamptz not null default clock_timestamp()
);

-- The ledger: one row for each load, written in the transaction that publishes the rows.
create table _millrace.loads (
	domain text not null,
	dataset text not null,
	no bigint not null,
	run_id uuid not null unique,
	task_id uuid not null,
	epoch bigint not null,
	state text not null check (state in ('live', 'undone', 'superseded')),
	mode text not null check (mode in ('append', 'replace')),
	rows bigint not null check (rows >= 0),
	account jsonb not null,
	silver text[] not null default '{}',
	file jsonb,
	contract_version int,
	pipeline text,
	pipeline_version int,
	relation text not null,
	generation bigint, -- replace only
	at timestamptz not null default clock_timestamp(),
	by text not null,
	undone_at timestamptz,
	undone_by text,
	redone_at timestamptz,
	redone_by text,
	primary key (domain, dataset, no)
);
create index loads_by_run_state on _millrace.loads (domain, dataset, state, no);

-- Every committed act on a load; run_id is what tells a second try that the first one went through.
create table _millrace.acts (
	id bigint generated always as identity primary key,
	domain text not null,
	dataset text not null,
	no bigint not null,
	act text not null check (act in ('load', 'redo', 'undo', 'flip')),
	run_id uuid unique, -- load and redo
	epoch bigint,
	rows bigint not null,
	acted_at timestamptz not null default clock_timestamp(),
	acted_by text not null
);

-- What the view of a dataset shows.
create table _gold.heads (
	domain text not null,
	dataset text not null,
	mode text not null check (mode in ('append', 'replace')),
	relation text not null,
	columns jsonb not null, -- [{name, type, precision?, scale?}] in the view's order
	version int,		-- contract or pipeline version the columns came from
	generation bigint,	-- replace: the rows that are seen; null = none
	load_no bigint,		-- replace: whose rows those are
	primary key (domain, dataset)
);

-- Partitions of replaced tables; kept for a grace after they went out of sight.
create table _gold.generations (
	generation bigint primary key,
	domain text not null,
	dataset text not null,
	load_no bigint not null,
	relation text not null,	 -- the partitioned table
	partition text not null, -- the table with the rows
	task_id uuid not null,
	epoch bigint not null,
	published boolean not null default false, -- a ledger row stands for it
	hidden_at timestamptz default clock_timestamp(), -- since when no head shows it
	dropping_at timestamptz, -- nobody may flip to it any more
	dropped_at timestamptz
);
create index generations_by_dataset on _gold.generations (domain, dataset, generation);

create sequence _gold.relation_seq;
create sequence _gold.generation_seq;

-- The number of the load that a COPY belongs to, as the default of column _load. Immutable is a white
-- lie: COPY then works it out once, when it starts, instead of once a row (0.4 s for 3,000,000 rows).
-- No other statement writes these tables.
create function _millrace.load_no() returns bigint language plpgsql immutable parallel restricted
as $$
begin
	return current_setting('millrace.load_no')::bigint;
end
$$;

-- fence - epoch p_epoch works on the target from now on; refuses when a newer one does. The last
-- statement of every publishing transaction.
create function _millrace.fence(p_target text, p_epoch bigint) returns void language plpgsql
set search_path = _millrace, pg_temp as $$
begin
	insert into targets as t (target, epoch) values (p_target, p_epoch)
	on conflict (target) do update set epoch = excluded.epoch, at = clock_timestamp()
		where t.epoch <= excluded.epoch;
	if not found then
		raise exception using errcode = 'MR409', detail = 'load.lost',
			message = format('epoch %s of %s is fenced off', p_epoch, p_target);
	end if;
end
$$;

-- start_v1 - fence older epochs off and note this backend; true when the run has already been loaded.
create function _millrace.start_v1(p_target text, p_epoch bigint, p_task uuid, p_run uuid)
returns boolean language plpgsql set search_path = _millrace, pg_temp as $$
begin
	perform fence(p_target, p_epoch);
	insert into sessions (target, epoch, task_id, pid, backend_start)
	select p_target, p_epoch, p_task, a.pid, a.backend_start
	from pg_stat_activity a where a.pid = pg_backend_pid()
	on conflict do nothing;
	return exists (select from acts where run_id = p_run);
end
$$;

-- end_sessions_v1 - end the backends of the target's epochs below p_below, but this one; how many are
-- still there. Runs as the caller: the loader's role may end its own sessions, the owner may not.
create function _millrace.end_sessions_v1(p_target text, p_below bigint) returns bigint
language plpgsql set search_path = _millrace, pg_temp as $$
declare
	v_left bigint;
begin
	select count(pg_terminate_backend(a.pid)) into v_left
	from sessions s
	join pg_stat_activity a on a.pid = s.pid and a.backend_start = s.backend_start
	where s.target = p_target and s.epoch < p_below and a.pid <> pg_backend_pid();
	if v_left = 0 then
		delete from sessions s
		where s.target = p_target and s.epoch < p_below and s.pid <> pg_backend_pid();
	end if;
	return v_left;
end
$$;

-- drop_relation - drop a table behind the views, with the generations that are or were its partitions.
create function _millrace.drop_relation(p_relation text) returns void language plpgsql
set search_path = _millrace, pg_temp as $$
declare
	v_partition text;
begin
	for v_partition in
		select partition from _gold.generations where relation = p_relation and dropped_at is null
	loop
		execute format('drop table if exists _gold.%I', v_partition);
	end loop;
	execute format('drop table if exists _gold.%I', p_relation);
	delete from _gold.generations where relation = p_relation;
	delete from temps where relation = p_relation;
end
$$;

-- drop_temps_v1 - drop what older epochs of a target left behind; how many tables.
create function _millrace.drop_temps_v1(p_target text, p_epoch bigint) returns int language plpgsql
set search_path = _millrace, pg_temp as $$
declare
	v_temp record;
	v_count int := 0;
begin
	for v_temp in
		select relation from temps where target = p_target and epoch < p_epoch for update
	loop
		perform drop_relation(v_temp.relation);
		v_count := v_count + 1;
	end loop;
	return v_count;
end
$$;

-- drop_dead_temps_v1 - the same for every target, where no live backend stands behind (maintenance).
create function _millrace.drop_dead_temps_v1() returns int language plpgsql
set search_path = _millrace, pg_temp as $$
declare
	v_temp record;
	v_count int := 0;
begin
	for v_temp in
		select t.relation from temps t
		where not exists ( -- a loader notes its session before its first table
			select from sessions s
			join pg_stat_activity a on a.pid = s.pid and a.backend_start = s.backend_start
			where s.task_id = t.task_id and s.epoch = t.epoch)
		for update of t skip locked
	loop
		perform drop_relation(v_temp.relation);
		v_count := v_count + 1;
	end loop;
	delete from sessions s where not exists (
		select from pg_stat_activity a
		where a.pid = s.pid and a.backend_start = s.backend_start);
	return v_count;
end
$$;

-- pg_type - PostgreSQL's type of a column {type, precision?, scale?}.
create function _millrace.pg_type(p_column jsonb) returns text language sql immutable as $$
	select case p_column->>'type'
		when 'integer' then 'bigint'
		when 'decimal' then format('numeric(%s,%s)', coalesce((p_column->>'precision')::int, 38),
			coalesce((p_column->>'scale')::int, 9))
		when 'double' then 'double precision'
		when 'boolean' then 'boolean'
		when 'date' then 'date'
		when 'timestamp' then 'timestamp without time zone'
		when 'timestamptz' then 'timestamp with time zone'
		when 'text' then 'text'
	end
$$;

-- fits - how values of column p_new stand to a table column p_old of the same name: 'same' (they fit as
-- they are), 'widen' (an ALTER TYPE makes room without loss), 'other' (a new table).
create function _millrace.fits(p_old jsonb, p_new jsonb) returns text language plpgsql immutable as $$
declare
	v_old text := p_old->>'type';
	v_new text := p_new->>'type';
	v_old_scale int := coalesce((p_old->>'scale')::int, 9);
	v_new_scale int := coalesce((p_new->>'scale')::int, 9);
	v_old_whole int := coalesce((p_old->>'precision')::int, 38) - v_old_scale;
	v_new_whole int := coalesce((p_new->>'precision')::int, 38) - v_new_scale;
begin
	if v_old = v_new and v_old <> 'decimal' then
		return 'same';
	end if;
	if v_old = 'decimal' and v_new = 'decimal' then
		if v_new_scale <= v_old_scale and v_new_whole <= v_old_whole then
			return 'same';
		end if;
		if v_new_scale >= v_old_scale and v_new_whole >= v_old_whole then
			return 'widen';
		end if;
		return 'other';
	end if;
	if v_old = 'integer' and v_new = 'decimal' and v_new_whole >= 19 then
		return 'widen';
	end if;
	if v_old = 'date' and v_new = 'timestamp' then
		return 'widen';
	end if;
	return 'other';
end
$$;

-- column_list - "a", "b" of a columns document.
create function _millrace.column_list(p_columns jsonb) returns text language sql immutable as $$
	select string_agg(format('%I', c->>'name'), ', ' order by i)
	from jsonb_array_elements(p_columns) with ordinality as e(c, i)
$$;

-- point_view - make the view of a dataset show its head; keeps the view (and grants on it) when only
-- columns were added behind.
create function _millrace.point_view(p_domain text, p_dataset text) returns void language plpgsql
set search_path = _gold, _millrace, pg_temp as $$
declare
	h _gold.heads;
	v_schema text := 'gold_' || p_domain;
	v_query text;
begin
	select * into strict h from heads where domain = p_domain and dataset = p_dataset;
	v_query := format('select _load, _row, %s from _gold.%I', column_list(h.columns), h.relation);
	if h.mode = 'replace' then
		v_query := v_query || format(' where _gen = (select h.generation from _gold.heads h'
			' where h.domain = %L and h.dataset = %L)', p_domain, p_dataset);
	end if;
	if to_regnamespace(quote_ident(v_schema)) is null then
		execute format('create schema %I', v_schema);
		execute format('grant usage on schema %I to millrace_transform', v_schema);
	end if;
	begin
		execute format('create or replace view %I.%I as %s', v_schema, p_dataset, v_query);
	exception when invalid_table_definition then
		execute format('drop view %I.%I', v_schema, p_dataset);
		execute format('create view %I.%I as %s', v_schema, p_dataset, v_query);
	end;
end
$$;

-- create_relation - a new table behind a view: append is one heap with BRIN on _load, replace is
-- list-partitioned by generation. Its name.
create function _millrace.create_relation(p_dataset text, p_mode text, p_columns jsonb) returns text
language plpgsql set search_path = _gold, _millrace, pg_temp as $$
declare
	v_relation text := p_dataset || '_' || nextval('_gold.relation_seq');
	v_columns text;
begin
	select string_agg(format('%I %s', c->>'name', pg_type(c)), ', ' order by i) into v_columns
	from jsonb_array_elements(p_columns) with ordinality as e(c, i);
	if p_mode = 'append' then
		execute format('create table _gold.%I (_load bigint not null default _millrace.load_no(),'
			' _row bigint, %s)', v_relation, v_columns);
		execute format('create index on _gold.%I using brin (_load, _row) with (autosummarize = on)',
			v_relation);
	else
		execute format('create table _gold.%I (_gen bigint not null, _load bigint not null,'
			' _row bigint, %s) partition by list (_gen)', v_relation, v_columns);
	end if;
	return v_relation;
end
$$;

-- evolve - make the relation of a head take rows of these columns, when that is only adding nullable
-- columns or widening; false when it needs a new table.
create function _millrace.evolve(p_head _gold.heads, p_columns jsonb) returns boolean
language plpgsql set search_path = _gold, _millrace, pg_temp as $$
declare
	v_new jsonb;
	v_old jsonb;
	v_columns jsonb := p_head.columns;
	v_alter text[] := '{}';
	v_widens boolean := false;
begin
	for v_new in select c from jsonb_array_elements(p_columns) as e(c) loop
		select c into v_old from jsonb_array_elements(p_head.columns) as e(c)
		where c->>'name' = v_new->>'name';
		if not found then
			v_alter := v_alter || format('add column %I %s', v_new->>'name', pg_type(v_new));
			v_columns := v_columns || v_new;
		elsif fits(v_old, v_new) = 'widen' then
			v_widens := true;
			v_alter := v_alter || format('alter column %I type %s', v_new->>'name',
				pg_type(v_new));
			select jsonb_agg(case when c->>'name' = v_new->>'name' then v_new else c end order by i)
			into v_columns from jsonb_array_elements(v_columns) with ordinality as e(c, i);
		elsif fits(v_old, v_new) = 'other' then
			return false;
		end if;
	end loop;
	if v_alter = '{}' then
		return true;
	end if;
	if v_widens then -- a column under a view cannot change its type
		execute format('drop view %I.%I', 'gold_' || p_head.domain, p_head.dataset);
	end if;
	execute format('alter table _gold.%I %s', p_head.relation, array_to_string(v_alter, ', '));
	update heads set columns = v_columns where domain = p_head.domain and dataset = p_head.dataset;
	perform point_view(p_head.domain, p_head.dataset);
	return true;
exception when dependent_objects_still_exist then
	raise exception using errcode = 'MR409', detail = 'table.in_use',
		message = format('a view of somebody stands on %s: its columns cannot widen', p_head.dataset);
end
$$;

-- prepare_v1 - where a load's rows go: {relation, fill, generation}. fill is the table to COPY into: the
-- relation itself (append), or a new table of this task and epoch that publish_v1 makes a partition.
-- A relation that the head does not show yet is a temp until publish_v1.
create function _millrace.prepare_v1(p_domain text, p_dataset text, p_mode text, p_no bigint,
	p_columns jsonb, p_version int, p_task uuid, p_epoch bigint) returns jsonb
language plpgsql set search_path = _gold, _millrace, pg_temp as $$
declare
	v_target text := p_domain || '.' || p_dataset;
	v_suffix text := replace(p_task::text, '-', '') || '_' || p_epoch;
	h _gold.heads;
	v_relation text;
	v_fill text;
	v_generation bigint;
begin
	select * into h from heads where domain = p_domain and dataset = p_dataset for update;
	if found and h.mode = p_mode and evolve(h, p_columns) then
		v_relation := h.relation;
	else
		if p_version < h.version then
			raise exception using errcode = 'MR409', detail = 'load.contract_moved', message =
				format('%s has moved on to version %s of its columns; this run has version %s',
					p_dataset, h.version, p_version);
		end if;
		v_relation := create_relation(p_dataset, p_mode, p_columns);
		insert into temps (relation, target, task_id, epoch)
		values (v_relation, v_target, p_task, p_epoch);
	end if;
	if p_mode = 'append' then
		return jsonb_build_object('relation', v_relation, 'fill', v_relation);
	end if;
	v_generation := nextval('generation_seq');
	v_fill := 'tmp_' || v_suffix;
	execute format('create table _gold.%I (like _gold.%I including defaults)', v_fill, v_relation);
	execute format('alter table _gold.%I alter _gen set default %s, alter _load set default %s,'
		' add check (_gen = %s)', v_fill, v_generation, p_no, v_generation);
	execute format('create index on _gold.%I using brin (_row) with (autosummarize = on)', v_fill);
	insert into temps (relation, target, task_id, epoch) values (v_fill, v_target, p_task, p_epoch);
	return jsonb_build_object('relation', v_relation, 'fill', v_fill, 'generation', v_generation);
end
$$;

-- set_state - one place where a ledger row changes its state.
create function _millrace.set_state(p_domain text, p_dataset text, p_no bigint, p_state text, p_act text,
	p_by text) returns void language plpgsql set search_path = _millrace, pg_temp as $$
begin
	update loads set state = p_state,
		undone_at = case p_act when 'undo' then clock_timestamp() else undone_at end,
		undone_by = case p_act when 'undo' then p_by else undone_by end,
		redone_at = case p_act when 'redo' then clock_timestamp() else redone_at end,
		redone_by = case p_act when 'redo' then p_by else redone_by end
	where domain = p_domain and dataset = p_dataset and no = p_no;
end
$$;

-- show_generation - make a head show a generation (null: no rows) and keep the hiding times.
create function _millrace.show_generation(p_domain text, p_dataset text, p_generation bigint,
	p_no bigint) returns void language plpgsql set search_path = _gold, _millrace, pg_temp as $$
begin
	update generations set hidden_at = clock_timestamp()
	where domain = p_domain and dataset = p_dataset and hidden_at is null
		and generation is distinct from p_generation;
	update generations set hidden_at = null where generation = p_generation;
	update heads set generation = p_generation, load_no = p_no
	where domain = p_domain and dataset = p_dataset;
end
$$;

-- write_ledger - insert the load, or bring an undone one back to life.
create function _millrace.write_ledger(p_load _millrace.loads) returns void language plpgsql
set search_path = _millrace, pg_temp as $$
declare
	v_old _millrace.loads;
	v_act text := 'load';
begin
	select * into v_old from loads
	where domain = p_load.domain and dataset = p_load.dataset and no = p_load.no for update;
	if not found then
		insert into loads select p_load.*;
	elsif v_old.state <> 'undone' then
		raise exception using errcode = 'MR409', detail = 'load.exists', message =
			format('%s #%s is already loaded', p_load.dataset, p_load.no);
	else
		v_act := 'redo';
		update loads set state = p_load.state, rows = p_load.rows, account = p_load.account,
			silver = p_load.silver, task_id = p_load.task_id, epoch = p_load.epoch,
			relation = p_load.relation, generation = p_load.generation,
			redone_at = clock_timestamp(), redone_by = p_load."by"
		where domain = p_load.domain and dataset = p_load.dataset and no = p_load.no;
	end if;
	insert into acts (domain, dataset, no, act, run_id, epoch, rows, acted_by)
	values (p_load.domain, p_load.dataset, p_load.no, v_act, p_load.run_id, p_load.epoch, p_load.rows,
		p_load."by"); -- quoted: plpgsql takes by for its keyword
end
$$;

-- attach_v1 - make a filled table a partition, in a transaction of its own before publish_v1: a commit is
-- seen before other backends hear that the table has one partition more, so a reader between the two
-- would look for the new generation in the old list and find no rows.
create function _millrace.attach_v1(p_domain text, p_dataset text, p_no bigint, p_relation text,
	p_fill text, p_generation bigint, p_task uuid, p_epoch bigint) returns void
language plpgsql set search_path = _gold, _millrace, pg_temp as $$
declare
	v_partition text := p_relation || '_g' || p_generation;
begin
	execute format('alter table _gold.%I rename to %I', p_fill, v_partition);
	execute format('alter table _gold.%I attach partition _gold.%I for values in (%s)', p_relation,
		v_partition, p_generation);
	insert into generations (generation, domain, dataset, load_no, relation, partition, task_id, epoch)
	values (p_generation, p_domain, p_dataset, p_no, p_relation, v_partition, p_task, p_epoch);
	delete from temps where relation = p_fill;
end
$$;

-- publish_v1 - ledger row and head, in the transaction that wrote the rows; the fence comes after it.
-- p_load: {domain, dataset, no, run_id, task_id, epoch, mode, rows, account, silver, file,
-- contract_version, pipeline, pipeline_version, by, relation, generation, columns}. Its state.
create function _millrace.publish_v1(p_load jsonb) returns text language plpgsql
set search_path = _gold, _millrace, pg_temp as $$
declare
	l _millrace.loads := jsonb_populate_record(null::_millrace.loads, p_load - 'silver');
	h _gold.heads;
	v_version int := coalesce((p_load->>'contract_version')::int, (p_load->>'pipeline_version')::int);
begin
	l.silver := array(select jsonb_array_elements_text(coalesce(p_load->'silver', '[]')));
	l.state := 'live';
	l.at := clock_timestamp();
	l."by" := p_load->>'by';
	select * into h from heads where domain = l.domain and dataset = l.dataset for update;
	if not found or h.relation <> l.relation then
		if not exists (select from temps where relation = l.relation and epoch = l.epoch) then
			raise exception using errcode = 'MR503', detail = 'load.table_changed',
				message = format('%s got another table while rows were loaded', l.dataset);
		end if;
		update loads set state = 'superseded'
		where domain = l.domain and dataset = l.dataset and state = 'live';
		insert into heads (domain, dataset, mode, relation, columns, version)
		values (l.domain, l.dataset, l.mode, l.relation, p_load->'columns', v_version)
		on conflict (domain, dataset) do update set mode = excluded.mode,
			relation = excluded.relation, columns = excluded.columns,
			version = excluded.version, generation = null, load_no = null
		returning * into h;
		perform point_view(l.domain, l.dataset);
	else
		update heads set version = greatest(version, v_version)
		where domain = l.domain and dataset = l.dataset;
	end if;
	if l.mode = 'replace' then
		update generations set published = true where generation = l.generation;
		if l.no < h.load_no then
			l.state := 'superseded'; -- a later file is already there and stays
		else
			update loads set state = 'superseded'
			where domain = l.domain and dataset = l.dataset and state = 'live';
			perform show_generation(l.domain, l.dataset, l.generation, l.no);
		end if;
	end if;
	perform write_ledger(l);
	delete from temps where relation = l.relation;
	return l.state;
end
$$;

-- load_state_v1 - what can be done with each load and why not, for the page.
create view _millrace.load_states as
select l.*,
	case
		when l.state <> 'live' then 'it is not live'
		when l.relation <> h.relation then 'the table has been made anew since'
		when l.mode = 'replace' and p.no is not null and p.lost then
			'the rows that it replaced are no longer kept'
	end as undo_refusal,
	case
		when l.state <> 'undone' then 'it is not undone'
		when l.mode = 'replace' and l.no < h.load_no then 'a later load stands in its place'
		when not (l.mode = 'replace' and g.generation is not null)
			and cardinality(l.silver) = 0 then 'its checked rows are no longer kept'
	end as redo_refusal,
	l.mode = 'replace' and g.generation is not null as redo_is_flip
from _millrace.loads l
join _gold.heads h using (domain, dataset)
left join _gold.generations g on g.generation = l.generation and g.dropping_at is null
left join lateral (
	select b.no, bg.generation is null as lost
	from _millrace.loads b
	left join _gold.generations bg on bg.generation = b.generation and bg.dropping_at is null
	where l.mode = 'replace' and b.domain = l.domain and b.dataset = l.dataset
		and b.no < l.no and b.state = 'superseded' and b.relation = l.relation
	order by b.no desc limit 1
) p on true;

-- lock_load - the head locked, then the load's row as load_states tells it.
create function _millrace.lock_load(p_domain text, p_dataset text, p_no bigint)
returns _millrace.load_states language plpgsql set search_path = _gold, _millrace, pg_temp as $$
declare
	s _millrace.load_states;
begin
	perform from heads where domain = p_domain and dataset = p_dataset for update;
	select * into s from load_states where domain = p_domain and dataset = p_dataset and no = p_no;
	if not found then
		raise exception using errcode = 'MR404', detail = 'load.unknown',
			message = format('load #%s of %s', p_no, p_dataset);
	end if;
	return s;
end
$$;

-- undo_v1 - take a load's rows out of the table: append deletes them, replace shows what it replaced.
-- {state, rows, shows}: rows taken out, and the load that is seen afterwards (replace).
create function _millrace.undo_v1(p_domain text, p_dataset text, p_no bigint, p_by text) returns jsonb
language plpgsql security definer set search_path = _gold, _millrace, pg_temp as $$
declare
	s _millrace.load_states := lock_load(p_domain, p_dataset, p_no);
	v_rows bigint := s.rows;
	v_back _millrace.loads;
begin
	if s.undo_refusal is not null then
		raise exception using errcode = 'MR409', detail = 'load.cannot_undo',
			message = format('%s #%s cannot be undone: %s', p_dataset, p_no, s.undo_refusal);
	end if;
	if s.mode = 'append' then
		execute format('delete from _gold.%I where _load = $1', s.relation) using p_no;
		get diagnostics v_rows = row_count;
		if v_rows <> s.rows then
			raise exception using errcode = 'MR409', detail = 'load.rows_differ', message =
				format('%s #%s has %s rows, its ledger says %s: somebody changed the table',
					p_dataset, p_no, v_rows, s.rows);
		end if;
	else
		select * into v_back from loads
		where domain = p_domain and dataset = p_dataset and no < p_no and state = 'superseded'
			and relation = s.relation
		order by no desc limit 1;
		perform show_generation(p_domain, p_dataset, v_back.generation, v_back.no);
		perform set_state(p_domain, p_dataset, v_back.no, 'live', 'flip', p_by);
	end if;
	perform set_state(p_domain, p_dataset, p_no, 'undone', 'undo', p_by);
	insert into acts (domain, dataset, no, act, rows, acted_by)
	values (p_domain, p_dataset, p_no, 'undo', v_rows, p_by);
	return jsonb_build_object('state', 'undone', 'rows', v_rows, 'shows', v_back.no);
end
$$;

-- redo_v1 - bring an undone load back. Replace flips to the kept rows: {done: true, state, rows}. Append,
-- and rows no longer kept, need a run that loads the silver again: {done: false, silver, mode}.
create function _millrace.redo_v1(p_domain text, p_dataset text, p_no bigint, p_by text) returns jsonb
language plpgsql security definer set search_path = _gold, _millrace, pg_temp as $$
declare
	s _millrace.load_states := lock_load(p_domain, p_dataset, p_no);
begin
	if s.redo_refusal is not null then
		raise exception using errcode = 'MR409', detail = 'load.cannot_redo',
			message = format('%s #%s cannot be loaded again: %s', p_dataset, p_no, s.redo_refusal);
	end if;
	if not s.redo_is_flip then
		return jsonb_build_object('done', false, 'silver', to_jsonb(s.silver), 'mode', s.mode);
	end if;
	update loads set state = 'superseded'
	where domain = p_domain and dataset = p_dataset and state = 'live';
	perform show_generation(p_domain, p_dataset, s.generation, p_no);
	perform set_state(p_domain, p_dataset, p_no, 'live', 'redo', p_by);
	insert into acts (domain, dataset, no, act, rows, acted_by)
	values (p_domain, p_dataset, p_no, 'flip', s.rows, p_by);
	return jsonb_build_object('done', true, 'state', 'live', 'rows', s.rows);
end
$$;

-- claim_old_generations_v1 - generations out of sight for longer than the grace, but for the newest
-- hidden one of each dataset (the next undo needs it), and those of loads that died before they
-- published. From here on nobody flips to them.
create function _millrace.claim_old_generations_v1(p_grace interval)
returns table (generation bigint, relation text, partition text, detached boolean)
language plpgsql set search_path = _gold, _millrace, pg_temp as $$
begin
	perform from heads h where h.mode = 'replace' for update;
	update generations g set dropping_at = clock_timestamp()
	where g.dropping_at is null and g.published and g.hidden_at < clock_timestamp() - p_grace and exists (
		select from generations n
		where n.domain = g.domain and n.dataset = g.dataset and n.generation > g.generation
			and n.published and n.hidden_at is not null and n.dropping_at is null);
	update generations g set dropping_at = clock_timestamp()
	where g.dropping_at is null and not g.published and exists (
		select from targets t
		where t.target = g.domain || '.' || g.dataset and t.epoch > g.epoch);
	return query
	select g.generation, g.relation, g.partition, not exists (
		select from pg_inherits i where i.inhrelid = to_regclass(format('_gold.%I', g.partition)))
	from generations g
	where g.dropping_at is not null and g.dropped_at is null;
end
$$;

-- detach_is_pending - was a DETACH CONCURRENTLY of this partition broken off?
create function _millrace.detach_is_pending(p_partition text) returns boolean language sql stable as $$
	select coalesce(bool_or(inhdetachpending), false) from pg_inherits
	where inhrelid = to_regclass(format('_gold.%I', p_partition))
$$;

-- dropped_v1 - drop a detached generation's table and note it.
create function _millrace.dropped_v1(p_generation bigint) returns void language plpgsql
set search_path = _gold, _millrace, pg_temp as $$
declare
	v_partition text;
begin
	select partition into strict v_partition from generations
	where generation = p_generation and dropping_at is not null for update;
	execute format('drop table if exists _gold.%I', v_partition);
	update generations set dropped_at = clock_timestamp() where generation = p_generation;
end
$$;

-- seal_v1 - the orchestrator's last word before it declares a load ended: fence the target, then look into
-- the ledger. {load_no, rows, account} when the run was committed after all, else null. A COMMIT under
-- way is waited for (lock_timeout).
create function _millrace.seal_v1(p_domain text, p_dataset text, p_epoch bigint, p_run uuid) returns jsonb
language plpgsql security definer set search_path = _millrace, pg_temp as $$
begin
	perform fence(p_domain || '.' || p_dataset, p_epoch);
	return (
		select jsonb_build_object('load_no', l.no, 'rows', l.rows,
			'account', l.account)
		from acts a join loads l using (domain, dataset, no)
		where a.run_id = p_run);
end
$$;

grant usage on schema _millrace to millrace_jobs_owner;
grant execute on function _millrace.seal_v1(text, text, bigint, uuid) to millrace_jobs_owner;
grant execute on function _millrace.undo_v1(text, text, bigint, text),
	_millrace.redo_v1(text, text, bigint, text) to millrace_transform;

set local role millrace_transform_owner;
