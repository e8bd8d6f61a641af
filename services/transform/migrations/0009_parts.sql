-- SPDX-License-Identifier: Apache-2.0
-- parts - large loads go to tables of their own, which get their index when they are filled
-- (docs/decisions/0011-large-loads.md).

set local role millrace_gold_owner;

-- Tables of large loads, children of an appended dataset's heap: each holds the rows of one load. Made
-- before the rows come, so a part may be empty: its load failed, or was undone.
create table _gold.parts (
	part text primary key, -- name in schema _gold
	relation text not null, -- the heap
	domain text not null,
	dataset text not null,
	no bigint not null,
	made_at timestamptz not null default clock_timestamp(),
	unique (relation, no)
);

-- drop_relation - drop a table behind the views, with the generations and parts that are or were its own.
create or replace function _millrace.drop_relation(p_relation text) returns void language plpgsql
set search_path = _millrace, pg_temp as $$
declare
	v_partition text;
begin
	for v_partition in
		select partition from _gold.generations where relation = p_relation and dropped_at is null
		union all
		select part from _gold.parts where relation = p_relation
	loop
		execute format('drop table if exists _gold.%I', v_partition);
	end loop;
	execute format('drop table if exists _gold.%I', p_relation);
	delete from _gold.generations where relation = p_relation;
	delete from _gold.parts where relation = p_relation;
	delete from temps where relation = p_relation;
end
$$;

-- is_large - is a load of so many rows (null = unknown) worth a table without an index while it is
-- filled? BRIN costs COPY 0.15 us a row in PostgreSQL 15, which reads its first page for each.
create function _millrace.is_large(p_rows bigint) returns boolean language sql immutable as $$
	select coalesce(p_rows >= 1000000, false)
$$;

-- make_part - the table that a large load of an appended dataset goes to, made or found: a child of the
-- heap, so that whoever reads the heap reads it too, but not when he asks for another load (the check).
-- The heap itself when it has 128 of them, for each costs every reader a lock.
create function _millrace.make_part(p_domain text, p_dataset text, p_relation text, p_no bigint)
returns text language plpgsql set search_path = _gold, _millrace, pg_temp as $$
declare
	v_part text := p_relation || '_l' || p_no;
begin
	if exists (select from parts where part = v_part) then -- an attempt before, or a redo
		return v_part;
	end if;
	if (select count(*) from parts where relation = p_relation) >= 128 then
		return p_relation;
	end if;
	execute format('create table _gold.%I (like _gold.%I including defaults, check (_load = %s))',
		v_part, p_relation, p_no);
	execute format('alter table _gold.%I inherit _gold.%I', v_part, p_relation);
	insert into parts (part, relation, domain, dataset, no)
	values (v_part, p_relation, p_domain, p_dataset, p_no);
	return v_part;
end
$$;

drop function _millrace.prepare_v1(text, text, text, bigint, jsonb, int, uuid, bigint);

-- prepare_v1 - where a load's rows go: {relation, fill, generation}. fill is the table to COPY into: the
-- relation itself or a part of it (append), or a new table of this task and epoch that publish_v1 makes a
-- partition. A relation that the head does not show yet is a temp until publish_v1. p_rows: how many rows
-- will come, null when nobody knows; the fill of a large load has no index until index_v1.
create function _millrace.prepare_v1(p_domain text, p_dataset text, p_mode text, p_no bigint,
	p_columns jsonb, p_version int, p_task uuid, p_epoch bigint, p_rows bigint) returns jsonb
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
		v_fill := v_relation;
		if is_large(p_rows) then
			v_fill := make_part(p_domain, p_dataset, v_relation, p_no);
		end if;
		return jsonb_build_object('relation', v_relation, 'fill', v_fill);
	end if;
	v_generation := nextval('generation_seq');
	v_fill := 'tmp_' || v_suffix;
	execute format('create table _gold.%I (like _gold.%I including defaults)', v_fill, v_relation);
	execute format('alter table _gold.%I alter _gen set default %s, alter _load set default %s,'
		' add check (_gen = %s)', v_fill, v_generation, p_no, v_generation);
	if not is_large(p_rows) then
		execute format('create index on _gold.%I using brin (_row) with (autosummarize = on)', v_fill);
	end if;
	insert into temps (relation, target, task_id, epoch) values (v_fill, v_target, p_task, p_epoch);
	return jsonb_build_object('relation', v_relation, 'fill', v_fill, 'generation', v_generation);
end
$$;

-- bare_tables_v1 - what large loads left without an index.
create function _millrace.bare_tables_v1() returns table (name text) language sql stable
security definer set search_path = _gold, _millrace, pg_temp as $$
	select t.name from (
		select p.part from parts p join loads l using (domain, dataset, no)
		where l.relation = p.relation and l.state = 'live'
		union all
		select g.partition from generations g where g.published and g.dropping_at is null
	) t (name)
	join pg_class c on c.relname = t.name and c.relnamespace = '_gold'::regnamespace
	where not c.relhasindex
$$;

-- index_v1 - give such a table its index and statistics, in one transaction: readers go on, and killed it
-- leaves nothing. False when somebody else did it or the table is gone.
create function _millrace.index_v1(p_table text) returns boolean language plpgsql
set search_path = _gold, _millrace, pg_temp set lock_timeout = '5s' as $$
begin
	execute format('lock table _gold.%I in share update exclusive mode', p_table); -- one at a time
	if not exists (select from bare_tables_v1() b where b.name = p_table) then
		return false;
	end if;
	execute format('create index on _gold.%I using brin (_row) with (autosummarize = on)', p_table);
	execute format('analyze _gold.%I', p_table); -- without statistics a plan trusts no BRIN
	return true;
exception when undefined_table then
	return false;
end
$$;

-- drop_empty_parts_v1 - drop the parts of loads undone for longer than the grace, and of loads that never
-- came about; how many. Not while a loader is at the target. A part that somebody reads waits for the
-- next time.
create function _millrace.drop_empty_parts_v1(p_grace interval) returns int language plpgsql
set search_path = _gold, _millrace, pg_temp set lock_timeout = '200ms' as $$
declare
	p parts;
	v_count int := 0;
begin
	for p in
		select * from parts q
		where q.made_at < clock_timestamp() - p_grace and not exists (
			select from loads l where l.relation = q.relation and l.no = q.no
				and (l.state <> 'undone' or l.undone_at >= clock_timestamp() - p_grace))
	loop
		begin
			perform from heads where domain = p.domain and dataset = p.dataset for update;
			continue when exists (
				select from sessions s
				join pg_stat_activity a on a.pid = s.pid and a.backend_start = s.backend_start
				where s.target = p.domain || '.' || p.dataset);
			continue when exists (
				select from loads l where l.relation = p.relation and l.no = p.no
					and l.state <> 'undone'); -- redone since we looked
			execute format('drop table if exists _gold.%I', p.part);
			delete from parts where part = p.part;
			v_count := v_count + 1;
		exception when lock_not_available then
			null;
		end;
	end loop;
	return v_count;
end
$$;

grant execute on function _millrace.bare_tables_v1() to millrace_transform;

set local role millrace_transform_owner;
