-- SPDX-License-Identifier: Apache-2.0
-- 0002_pipelines - pipelines, their drafts and versions, and which acts on loads have started derived runs.

create table transform.pipelines (
	domain text not null,
	name text not null check (name ~ '^[a-z][a-z0-9_]{0,47}$'),
	revision bigint not null default 1, -- raised by each save and publish; the ETag
	description text not null default '', -- of the newest draft
	draft json, -- null: nothing that is not published; json keeps the members' order
	draft_at timestamptz,
	draft_by text,
	version int, -- newest published one
	target text, -- of that version; a dataset is written by one pipeline
	sources text[] not null default '{}', -- of that version
	created_at timestamptz not null default now(),
	created_by text not null,
	updated_at timestamptz not null default now(),
	updated_by text not null,
	primary key (domain, name)
);
create unique index pipelines_by_target on transform.pipelines (domain, target);
create index pipelines_by_source on transform.pipelines using gin (sources);

-- Published versions never change.
create table transform.pipeline_versions (
	domain text not null,
	pipeline text not null,
	version int not null check (version > 0),
	revision bigint not null, -- of the draft that was published: a repeated publish finds it
	doc json not null,
	note text,
	target text not null,
	mode text not null check (mode in ('append', 'replace')),
	sources text[] not null,
	columns jsonb not null,
	published_at timestamptz not null default now(),
	published_by text not null,
	primary key (domain, pipeline, version),
	unique (domain, pipeline, revision),
	foreign key (domain, pipeline) references transform.pipelines
);

-- Acts of _millrace.acts whose derived runs have been started.
create table transform.triggered (
	act_id bigint primary key,
	at timestamptz not null default now()
);

grant select, insert, update, delete on transform.pipelines, transform.triggered to millrace_transform;
grant select, insert on transform.pipeline_versions to millrace_transform;

-- pipeline_for_run_v1 - what a run of this pipeline will use; null when none is published.
create function transform.pipeline_for_run_v1(p_domain text, p_name text) returns jsonb
language sql stable security definer set search_path = transform, pg_temp as $$
	select jsonb_build_object('pipeline', p.name, 'pipeline_version', p.version, 'target', p.target)
	from pipelines p where p.domain = p_domain and p.name = p_name and p.version is not null
$$;

-- start_derived - for each committed act on a load that nobody has looked at: a run of every pipeline that
-- reads the dataset. The run's id comes from pipeline and act, so that asking twice makes one run. Called
-- in the transaction that records a load, undo or redo, and by a sweep for acts whose daemon died. Several
-- acts found at once start one run of a pipeline: it reads all live loads anyway. The ids of new runs.
-- Runs as its caller, who may read the ledger.
create function transform.start_derived() returns setof uuid
language plpgsql set search_path = transform, pg_temp as $$
declare
	v_acts bigint[];
	v record;
	v_run record;
begin
	with seen as (
		insert into triggered (act_id)
		select a.id from _millrace.acts a
		where a.acted_at > clock_timestamp() - interval '1 day'
			and not exists (select from triggered t where t.act_id = a.id)
		order by a.id
		on conflict do nothing
		returning act_id
	)
	select array_agg(act_id) into v_acts from seen;
	if v_acts is null then
		return;
	end if;
	for v in
		select p.domain, p.name, p.target, p.version, max(a.id) as act,
			(array_agg(a.acted_by order by a.id desc))[1] as acted_by
		from _millrace.acts a
		join pipelines p on p.domain = a.domain and p.sources @> array[a.dataset]
		where a.id = any (v_acts) and p.version is not null
		group by p.domain, p.name, p.target, p.version
		order by p.domain, p.target
	loop
		select r.run_id, r.created into v_run from jobs.create_run_v1(
			md5(format('derived %s.%s %s', v.domain, v.name, v.act))::uuid, null, v.domain, v.target,
			'pipeline', 'derived',
			jsonb_build_object('pipeline', v.name, 'pipeline_version', v.version), v.acted_by) r;
		if v_run.created then
			return next v_run.run_id;
		end if;
	end loop;
	delete from triggered t where t.at < clock_timestamp() - interval '2 days';
end
$$;

revoke all on function transform.pipeline_for_run_v1(text, text), transform.start_derived() from public;
grant execute on function transform.pipeline_for_run_v1(text, text) to millrace_jobs, millrace_jobs_owner;
grant execute on function transform.start_derived() to millrace_transform;
