-- SPDX-License-Identifier: Apache-2.0
-- read - a run as people see it: headline, reason, what it waits for, what to do next (product 0.2).

create function jobs.count_text(p_n bigint) returns text
language sql immutable as $$ select to_char(p_n, 'FM999,999,999,999,999,990'); $$;

create function jobs.rows_text(p_n bigint) returns text
language sql immutable as $$
	select jobs.count_text(p_n) || case p_n when 1 then ' row' else ' rows' end;
$$;

create function jobs.ordinal(p_n bigint) returns text
language sql immutable as $$
	select p_n || case when p_n % 100 between 11 and 13 then 'th' when p_n % 10 = 1 then 'st'
	    when p_n % 10 = 2 then 'nd' when p_n % 10 = 3 then 'rd' else 'th' end;
$$;

create function jobs.time_text(p_at timestamptz) returns text
language sql immutable as $$
	select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

-- What a finished run did, in a sentence.
create function jobs.done_text(r jobs.runs) returns text
language sql stable set search_path = jobs, pg_temp as $$
	select case
	when r.account_load is null then 'Done'
	else jobs.rows_text(coalesce((r.account_load ->> 'inserted')::bigint, 0)
	    + coalesce((r.account_load ->> 'updated')::bigint, 0)) || ' loaded into ' || r.target
	end || case when coalesce((r.account_check ->> 'rejected')::bigint, 0) > 0
	    then '; ' || jobs.count_text((r.account_check ->> 'rejected')::bigint) || ' of '
		|| jobs.rows_text((r.account_check ->> 'read')::bigint) || ' rejected ('
		|| to_char(100.0 * (r.account_check ->> 'rejected')::bigint
		    / greatest((r.account_check ->> 'read')::bigint, 1), 'FM990.0') || ' %)'
	    else '' end || case r.reason ->> 'code' when 'run.cancel_too_late'
	    then '; the cancel came too late' else '' end;
$$;

-- waiting_for - null while somebody works at it.
create function jobs.waiting_for(r jobs.runs, t jobs.tasks) returns jsonb
language plpgsql stable set search_path = jobs, pg_temp as $$
declare
	v_no bigint;
	v_line bigint;
	v_whom text := format('waiting for the %s service', case t.kind when 'load' then 'transform' else 'validation' end);
begin
	if t.state = 'waiting' then
		return jsonb_build_object('code', 'backoff', 'text', format('waiting to try again at %s UTC: %s',
		    to_char(t.ready_at at time zone 'UTC', 'HH24:MI:SS'), t.reason ->> 'text'));
	elsif t.state is distinct from 'queued' then
		return null;
	end if;
	if t.kind = 'load' then
		select o.no into v_no from jobs.runs o where o.domain = r.domain and o.target = r.target
		    and o.no < r.no and o.state in ('queued', 'running', 'cancelling') order by o.no limit 1;
		if found then
			return jsonb_build_object('code', 'earlier_run',
			    'text', format('waiting for %s #%s, which comes first', r.target, v_no));
		end if;
	end if;
	select count(*) into v_line from (select from jobs.tasks o where o.kind = t.kind and o.state = 'queued'
	    and (o.ready_at, o.id) <= (t.ready_at, t.id)
	    order by o.ready_at limit 100) line; -- ordered: else the whole table is read for the first in line
	return jsonb_build_object('code', 'worker', 'text', case when v_line <= 1 then v_whom
	    when v_line >= 100 then v_whom || ', over 100 in line'
	    else format('%s, %s in line', v_whom, jobs.ordinal(v_line)) end);
end
$$;

create function jobs.headline(r jobs.runs, t jobs.tasks, p_waiting jsonb) returns text
language sql stable set search_path = jobs, pg_temp as $$
	select case
	when r.state in ('done', 'done_with_rejects') then jobs.done_text(r)
	when r.state = 'failed' then 'Stopped: ' || coalesce(r.reason ->> 'text', 'no reason recorded')
	when r.state = 'cancelled' then 'Cancelled by ' || coalesce(r.cancel_by, 'somebody')
	    || '; nothing was published'
	when r.state = 'needs_person' then 'Needs you: ' || coalesce(r.reason ->> 'text', 'a decision')
	when r.state = 'cancelling' then format('Cancelling, stops within %s s', greatest(1,
	    ceil(extract(epoch from r.cancel_until - r.cancel_asked))::int))
	when p_waiting is not null then upper(left(p_waiting ->> 'text', 1)) || substr(p_waiting ->> 'text', 2)
	when t.kind = 'validate' then 'Checking ' || coalesce(r.spec #>> '{object,filename}', r.target)
	when r.kind = 'redo' then format('Loading %s #%s again', r.target, r.spec ->> 'load_no')
	when r.kind = 'pipeline' then 'Running pipeline ' || coalesce(r.pipeline, r.target)
	else 'Loading into ' || r.target end;
$$;

create function jobs.next_action(p_action text, p_label text, p_why text default null) returns jsonb
language sql immutable as $$
	select jsonb_build_object('action', p_action, 'label', p_label, 'enabled', p_why is null, 'why', p_why);
$$;

-- retry_plan - what a retry of this run would do, before it is pressed; as jobs.retry_run does it.
create function jobs.retry_plan(r jobs.runs) returns jsonb
language sql stable set search_path = jobs, pg_temp as $$
	select case
	when jobs.checked_of(r.id) is not null then jsonb_build_object('runs', jsonb_build_array('load'),
	    'reused', jsonb_build_array('validate'), 'text', 'runs the load, uses the finished check again')
	when r.kind = 'arrival' then jsonb_build_object('runs', jsonb_build_array('validate', 'load'),
	    'reused', '[]'::jsonb, 'text', 'runs the check and the load')
	else jsonb_build_object('runs', jsonb_build_array('load'), 'reused', '[]'::jsonb,
	    'text', 'runs the load') end;
$$;

-- next_actions - buttons, the most likely first. Whether this caller may press them his permissions say.
create function jobs.next_actions(r jobs.runs) returns jsonb
language plpgsql stable set search_path = jobs, pg_temp as $$
declare
	v jsonb := '[]';
	v_again bigint;
begin
	if r.state in ('queued', 'running') then
		return v || jobs.next_action('cancel', 'Cancel');
	elsif r.state = 'cancelling' then
		return v || jobs.next_action('cancel', 'Cancel', 'is being cancelled already');
	end if;
	if r.state = 'needs_person' then
		v := v || jobs.next_action('publish_contract', 'Review contract');
	elsif r.state in ('failed', 'cancelled') then
		select o.no into v_again from jobs.runs o where o.retry_of = r.id;
		v := v || case when v_again is null
		    then jobs.next_action('retry', 'Retry') || jsonb_build_object('plan', jobs.retry_plan(r))
		    else jobs.next_action('retry', 'Retry', 'was retried as #' || v_again) end;
	else
		v := v || jobs.next_action('show_rows', 'Show rows');
	end if;
	if coalesce((r.account_check ->> 'rejected')::bigint, 0) > 0 then
		v := v || jobs.next_action('show_rejects', 'Show rejects');
	end if;
	return v;
end
$$;

create function jobs.tasks_json(p_run uuid) returns jsonb
language sql stable set search_path = jobs, pg_temp as $$
	select coalesce(jsonb_agg(jsonb_build_object(
	    'id', t.id, 'kind', t.kind, 'state', t.state, 'attempt', t.attempt, 'max_attempts', t.max_attempts,
	    'epoch', t.epoch, 'worker', t.worker, 'created_at', jobs.time_text(t.created_at),
	    'started_at', jobs.time_text(t.started_at), 'finished_at', jobs.time_text(t.finished_at),
	    'waited_ms', case when t.queued_at is null then 0 else greatest(0, (extract(epoch from
		coalesce(t.started_at, t.finished_at, clock_timestamp()) - t.queued_at) * 1000)::bigint) end,
	    'reason', t.reason) order by t.seq), '[]')
	from jobs.tasks t where t.run_id = p_run;
$$;

-- progress_json - how far the task in hand is; null when no task has said anything yet.
create function jobs.progress_json(t jobs.tasks) returns jsonb
language sql stable set search_path = jobs, pg_temp as $$
	select case when t.progress is null then null else jsonb_build_object('stage', '', 'bytes', 0,
	    'bytes_total', 0, 'rows', 0, 'rejects', 0, 'rate', 0, 'eta_ms', null) || t.progress end;
$$;

-- run_json - the whole document of the API and of live events.
create function jobs.run_json(r jobs.runs) returns jsonb
language plpgsql stable set search_path = jobs, pg_temp as $$
declare
	t jobs.tasks; -- the one in hand: running, else next to run, else the last that ran
	v_waiting jsonb;
begin
	select * into t from jobs.tasks o where o.run_id = r.id order by case o.state when 'running' then 0
	    when 'waiting' then 1 when 'queued' then 1 when 'blocked' then 3 when 'skipped' then 4 else 2 end,
	    case when o.state in ('done', 'failed', 'dead', 'cancelled') then -o.seq else o.seq end limit 1;
	v_waiting := case when r.state in ('queued', 'running') then jobs.waiting_for(r, t) end;
	return jsonb_build_object('id', r.id, 'no', r.no, 'domain', r.domain, 'target', r.target,
	    'kind', r.kind, 'trigger', r.trigger, 'state', r.state, 'version', r.version,
	    'headline', jobs.headline(r, t, v_waiting), 'reason', r.reason, 'waiting_for', v_waiting,
	    'next', jobs.next_actions(r), 'created_at', jobs.time_text(r.created_at),
	    'created_by', r.created_by, 'started_at', jobs.time_text(r.started_at),
	    'finished_at', jobs.time_text(r.finished_at), 'upload_id', r.upload_id)
	|| jsonb_build_object('file', case when r.spec ? 'object' then jsonb_build_object(
		'name', coalesce(r.spec #>> '{object,filename}', ''),
		'bytes', coalesce((r.spec #>> '{object,bytes}')::bigint, 0)) end,
	    'pipeline', r.pipeline, 'pipeline_version', r.pipeline_version,
	    'contract_version', r.contract_version, 'load_no', r.load_no,
	    'account', jsonb_build_object('check', r.account_check, 'load', r.account_load),
	    'progress', jobs.progress_json(t), 'tasks', jobs.tasks_json(r.id), 'retry_of', r.retry_of);
end
$$;

-- last_run_v1 - the newest run of a target, null when there is none.
create function jobs.last_run_v1(p_domain text, p_target text) returns jsonb
language sql stable security definer set search_path = jobs, pg_temp as $$
	select jobs.run_json(r) from jobs.runs r where r.domain = p_domain and r.target = p_target
	order by r.no desc limit 1;
$$;

-- get_run - null when it is not there for these domains.
create function jobs.get_run(p_run uuid, p_domains text[]) returns jsonb
language sql stable security definer set search_path = jobs, pg_temp as $$
	select jobs.run_json(r) from jobs.runs r where r.id = p_run and jobs.may_see(r.domain, p_domains);
$$;

-- list_runs - newest first, behind (p_at_us, p_id) of the last one seen; null filters let all pass.
create function jobs.list_runs(p_domains text[], p_domain text, p_target text, p_states text[],
    p_at_us bigint, p_id uuid, p_limit int) returns table (id uuid, at_us bigint, doc jsonb)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select r.id, (extract(epoch from r.created_at) * 1000000)::bigint, jobs.run_json(r) from jobs.runs r
	where jobs.may_see(r.domain, p_domains) and (p_domain is null or r.domain = p_domain)
	    and (p_target is null or r.target = p_target) and (p_states is null or r.state = any (p_states))
	    and (p_at_us is null or (r.created_at, r.id)
		< (timestamptz 'epoch' + p_at_us * interval '1 microsecond', p_id))
	order by r.created_at desc, r.id desc limit p_limit;
$$;

-- snapshot - what a browser needs first: all that has not ended (at most 500), and the last 50.
create function jobs.snapshot(p_domains text[]) returns table (id uuid, version bigint, doc jsonb)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select r.id, r.version, jobs.run_json(r) from jobs.runs r where r.id in (
	    (select o.id from jobs.runs o where jobs.may_see(o.domain, p_domains)
		and o.state in ('queued', 'running', 'cancelling') order by o.created_at limit 500)
	    union
	    (select o.id from jobs.runs o where jobs.may_see(o.domain, p_domains)
		order by o.created_at desc, o.id desc limit 50))
	order by r.created_at desc, r.id desc;
$$;

-- changed_since - runs changed by p_xmin or a later transaction. A reader goes on from pg_snapshot_xmin of
-- the same statement: no change is missed, one may come twice (its version tells).
create function jobs.changed_since(p_xmin xid8)
returns table (id uuid, domain text, version bigint, state text)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select r.id, r.domain, r.version, r.state from jobs.runs r
	where r.changed_xid >= p_xmin order by r.changed_xid;
$$;

-- live_runs - what has not ended.
create function jobs.live_runs() returns table (id uuid, domain text, version bigint, state text)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select r.id, r.domain, r.version, r.state from jobs.runs r
	where r.state in ('queued', 'running', 'cancelling');
$$;

-- run_docs - these runs as documents.
create function jobs.run_docs(p_runs uuid[]) returns table (id uuid, domain text, version bigint, doc jsonb)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select r.id, r.domain, r.version, jobs.run_json(r) from jobs.runs r where r.id = any (p_runs);
$$;

-- running_progress - of every task at work, for readers cut off from Redis.
create function jobs.running_progress()
returns table (run_id uuid, domain text, version bigint, progress jsonb)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select r.id, r.domain, r.version, jobs.progress_json(t) from jobs.tasks t
	join jobs.runs r on r.id = t.run_id where t.state = 'running' and t.progress is not null;
$$;

-- read_log - lines of a run in order, behind line p_after.
create function jobs.read_log(p_run uuid, p_domains text[], p_task uuid, p_levels text[], p_after bigint,
    p_limit int) returns table (id bigint, task_id uuid, attempt int, at text, level text, msg text)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select l.id, l.task_id, l.attempt, jobs.time_text(l.at), l.level, l.msg from jobs.logs l
	join jobs.runs r on r.id = l.run_id
	where l.run_id = p_run and jobs.may_see(r.domain, p_domains) and l.id > p_after
	    and (p_task is null or l.task_id = p_task) and (p_levels is null or l.level = any (p_levels))
	order by l.id limit p_limit;
$$;

-- Who may call what. Everything else belongs to the owner alone.
grant execute on function jobs.create_run_v1(uuid, uuid, text, text, text, text, jsonb, text),
    jobs.run_of_upload_v1(uuid), jobs.last_run_v1(text, text)
to millrace_upload, millrace_upload_owner, millrace_catalog, millrace_catalog_owner, millrace_transform,
    millrace_transform_owner, millrace_jobs;
grant execute on function jobs.claim_task_v1(text, text, bigint),
    jobs.renew_task_v1(uuid, bigint, bigint, jsonb), jobs.finish_task_v1(uuid, bigint, text, jsonb, jsonb),
    jobs.finished_task_v1(uuid, bigint), jobs.release_task_v1(uuid, bigint),
    jobs.bind_run_v1(uuid, text, jsonb), jobs.log_task_v1(uuid, bigint, jsonb)
to millrace_catalog, millrace_transform;
grant execute on function jobs.sweep_v1(), jobs.ready_v1(text, int), jobs.ready_of_run_v1(uuid),
    jobs.start_once(text, text, text, uuid, text, text, jsonb, text),
    jobs.retry_run(uuid, uuid, text[], text), jobs.cancel_run(uuid, text[], text, bigint),
    jobs.get_run(uuid, text[]), jobs.list_runs(text[], text, text, text[], bigint, uuid, int),
    jobs.snapshot(text[]), jobs.changed_since(xid8), jobs.run_docs(uuid[]), jobs.live_runs(), jobs.running_progress(),
    jobs.read_log(uuid, text[], uuid, text[], bigint, int)
to millrace_jobs;
