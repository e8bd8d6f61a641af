-- SPDX-License-Identifier: Apache-2.0
-- runs - make, find, bind, retry and cancel a run.

-- is_trusted - the orchestrator's own role, or a superuser. Asked for the session's user: in a function of
-- the owner's, current_user is the owner.
create function jobs.is_trusted() returns boolean
language sql stable set search_path = jobs, pg_temp as $$
	select session_user = 'millrace_jobs'
	    or exists (select from pg_roles o where o.rolname = session_user and o.rolsuper);
$$;

-- may_work - may the caller's service work at tasks of this kind?
create function jobs.may_work(p_kind text) returns boolean
language sql stable set search_path = jobs, pg_temp as $$
	select case session_user when 'millrace_catalog' then p_kind = 'validate'
	    when 'millrace_transform' then p_kind = 'load' else jobs.is_trusted() end;
$$;

-- may_start - may the caller's service start runs of this kind, for this cause?
create function jobs.may_start(p_kind text, p_trigger text) returns boolean
language sql stable set search_path = jobs, pg_temp as $$
	select case session_user
	    when 'millrace_upload' then (p_kind, p_trigger) = ('arrival', 'upload')
	    when 'millrace_catalog' then (p_kind, p_trigger) = ('arrival', 'publish')
	    when 'millrace_transform' then (p_kind, p_trigger) in (('pipeline', 'derived'), ('redo', 'redo'))
	    when 'millrace_jobs' then p_trigger in ('manual', 'retry')
	    else jobs.is_trusted() end;
$$;

create function jobs.refuse_caller(p_what text) returns void
language plpgsql set search_path = jobs, pg_temp as $$
begin
	raise exception using errcode = 'insufficient_privilege',
	    message = format('%s is no business of %s', p_what, session_user);
end
$$;

create function jobs.make_task(p_run uuid, p_seq int, p_kind text, p_state text, p_input jsonb, p_actor text)
returns void
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_id uuid := jobs.new_id();
begin
	perform jobs.check_edge('task', '', p_state);
	perform set_config('jobs.stepping', v_id::text, true);
	insert into jobs.tasks (id, run_id, seq, kind, state, max_attempts, input, queued_at, finished_at)
	values (v_id, p_run, p_seq, p_kind, p_state, jobs.max_attempts(), p_input,
	    case when p_state = 'queued' then clock_timestamp() end,
	    case when p_state = 'skipped' then clock_timestamp() end);
	perform set_config('jobs.stepping', '', true);
	perform jobs.note(p_run, v_id, '', p_state, null, 0, p_actor, null);
end
$$;

-- draw_no - the target's next number; its row stays locked until the transaction ends, so that numbers
-- become visible in their order.
create function jobs.draw_no(p_domain text, p_target text) returns bigint
language sql volatile set search_path = jobs, pg_temp as $$
	insert into jobs.targets as t (domain, name, next_no) values (p_domain, p_target, 2)
	on conflict (domain, name) do update set next_no = t.next_no + 1
	returning next_no - 1;
$$;

create function jobs.make_run(p_run uuid, p_upload uuid, p_domain text, p_target text, p_no bigint,
    p_kind text, p_trigger text, p_spec jsonb, p_by text, p_retry_of uuid) returns void
language plpgsql set search_path = jobs, pg_temp as $$
begin
	perform jobs.check_edge('run', '', 'queued');
	perform set_config('jobs.stepping', p_run::text, true);
	insert into jobs.runs (id, domain, target, no, kind, trigger, state, spec, upload_id, created_by,
	    retry_of, pipeline, pipeline_version)
	values (p_run, p_domain, p_target, p_no, p_kind, p_trigger, 'queued', p_spec, p_upload, p_by,
	    p_retry_of, p_spec ->> 'pipeline', (p_spec ->> 'pipeline_version')::int);
	perform set_config('jobs.stepping', '', true);
	perform jobs.note(p_run, null, '', 'queued', null, null, p_by, null);
end
$$;

-- create_run_v1 - one run and its tasks; called inside the transaction that makes it necessary.
-- Made once for each p_run, and once for each p_upload of trigger 'upload': asked again it answers the
-- same run with created = false.
create function jobs.create_run_v1(p_run uuid, p_upload uuid, p_domain text, p_target text, p_kind text,
    p_trigger text, p_spec jsonb, p_by text)
returns table (run_id uuid, no bigint, created boolean)
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_run uuid := coalesce(p_run, jobs.new_id());
	v_no bigint;
begin
	if p_kind not in ('arrival', 'pipeline', 'redo') then
		raise exception using errcode = 'MR400', message = format('kind %s', p_kind), detail = 'field.invalid';
	end if;
	if not jobs.may_start(p_kind, p_trigger) then
		perform jobs.refuse_caller(format('a run of kind %s by %s', p_kind, p_trigger));
	end if;
	-- The target's lock makes two equal calls one after the other.
	insert into jobs.targets (domain, name) values (p_domain, p_target) on conflict do nothing;
	perform from jobs.targets t where t.domain = p_domain and t.name = p_target for update;
	return query select r.id, r.no, false from jobs.runs r
	    where r.id = v_run or (p_trigger = 'upload' and r.trigger = 'upload' and r.upload_id = p_upload);
	if found then
		return;
	end if;
	v_no := jobs.draw_no(p_domain, p_target);
	perform jobs.make_run(v_run, p_upload, p_domain, p_target, v_no, p_kind, p_trigger, p_spec, p_by, null);
	if p_kind = 'arrival' then
		perform jobs.make_task(v_run, 1, 'validate', 'queued', '{}', p_by);
		perform jobs.make_task(v_run, 2, 'load', 'blocked', '{}', p_by);
	else
		perform jobs.make_task(v_run, 1, 'load', 'queued', '{}', p_by);
	end if;
	return query select v_run, v_no, true;
end
$$;

-- start_once - create_run_v1 behind a client's Idempotency-Key (null: no key).
create function jobs.start_once(p_user text, p_key text, p_request text, p_run uuid, p_domain text,
    p_target text, p_spec jsonb, p_by text) returns table (run_id uuid, created boolean)
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_old record;
begin
	if p_key is not null then
		insert into jobs.idempotency (user_id, key, request, run_id)
		values (p_user, p_key, p_request, p_run) on conflict do nothing;
		if not found then
			select * into strict v_old from jobs.idempotency i where i.user_id = p_user and i.key = p_key;
			if v_old.request <> p_request then
				raise exception using errcode = 'MR409', detail = 'idempotency.mismatch',
				    message = 'this Idempotency-Key was used for another request';
			end if;
			return query select v_old.run_id, false;
			return;
		end if;
	end if;
	return query select c.run_id, c.created from jobs.create_run_v1(p_run, null, p_domain, p_target,
	    'pipeline', 'manual', p_spec, p_by) c;
end
$$;

-- run_of_upload_v1 - the newest run of an upload.
create function jobs.run_of_upload_v1(p_upload uuid) returns table (run_id uuid, no bigint, state text)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select r.id, r.no, r.state from jobs.runs r where r.upload_id = p_upload
	order by r.created_at desc, r.no desc limit 1;
$$;

-- bind_run_v1 - fix a version for this run; the first write wins, so each attempt works with the same.
create function jobs.bind_run_v1(p_run uuid, p_key text, p_value jsonb) returns jsonb
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_bound jsonb;
begin
	update jobs.runs r set bound = jsonb_build_object(p_key, p_value) || r.bound where r.id = p_run
	returning r.bound into v_bound;
	if not found then
		raise exception using errcode = 'MR404', message = format('run %s', p_run), detail = 'run.unknown';
	end if;
	return v_bound -> p_key;
end
$$;

-- checked_of - what the finished check of a run answered, null when a retry has to check again.
create function jobs.checked_of(p_run uuid) returns jsonb
language sql stable set search_path = jobs, pg_temp as $$
	select coalesce((select t.output from jobs.tasks t
		where t.run_id = p_run and t.kind = 'validate' and t.state = 'done'),
	    -- perhaps this run was itself a retry that skipped its check
	    (select t.input -> 'validate' from jobs.tasks t join jobs.runs r on r.id = t.run_id
		where t.run_id = p_run and t.kind = 'load' and r.kind = 'arrival'));
$$;

-- retry_run - a new run that does what is left of a failed or cancelled one; silver of a finished check
-- is used again with the versions it was made with. Asked again it answers the same new run.
create function jobs.retry_run(p_run uuid, p_new uuid, p_domains text[], p_by text)
returns table (run_id uuid, created boolean)
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_old jobs.runs;
	v_checked jsonb;
	v_again uuid;
begin
	select * into v_old from jobs.runs r where r.id = p_run and jobs.may_see(r.domain, p_domains) for update;
	if not found then
		raise exception using errcode = 'MR404', message = format('run %s', p_run), detail = 'run.unknown';
	end if;
	select r.id into v_again from jobs.runs r where r.retry_of = p_run;
	if found then
		return query select v_again, false;
		return;
	end if;
	if v_old.state not in ('failed', 'cancelled') then
		raise exception using errcode = 'MR409', detail = 'run.state',
		    message = format('only a failed or cancelled run can be retried, this one is %s',
			replace(v_old.state, '_', ' '));
	end if;
	perform jobs.make_run(p_new, v_old.upload_id, v_old.domain, v_old.target,
	    jobs.draw_no(v_old.domain, v_old.target), v_old.kind, 'retry', v_old.spec, p_by, p_run);
	v_checked := jobs.checked_of(p_run);
	if v_checked is not null then
		update jobs.runs r set bound = v_old.bound, account_check = v_old.account_check,
		    contract_version = v_old.contract_version where r.id = p_new;
		perform jobs.make_task(p_new, 1, 'validate', 'skipped', '{}', p_by);
		perform jobs.make_task(p_new, 2, 'load', 'queued', jsonb_build_object('validate', v_checked), p_by);
	elsif v_old.kind = 'arrival' then
		perform jobs.make_task(p_new, 1, 'validate', 'queued', '{}', p_by);
		perform jobs.make_task(p_new, 2, 'load', 'blocked', '{}', p_by);
	else
		perform jobs.make_task(p_new, 1, 'load', 'queued', '{}', p_by);
	end if;
	perform jobs.touch(p_run); -- its "retry" is answered now
	return query select p_new, true;
end
$$;

-- drop_tasks - end the tasks of a run that nobody has begun.
create function jobs.drop_tasks(p_run uuid, p_to text, p_actor text) returns void
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_task uuid;
begin
	for v_task in select t.id from jobs.tasks t
	    where t.run_id = p_run and t.state in ('blocked', 'queued', 'waiting') order by t.seq loop
		perform jobs.step('task', v_task, p_to, p_actor);
	end loop;
end
$$;

-- cancel_run - stop a run. With a worker at work the run is cancelling until the worker stops or
-- p_grace_ms passed; a load that is committed by then stays committed and the run is done.
create function jobs.cancel_run(p_run uuid, p_domains text[], p_by text, p_grace_ms bigint) returns text
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_run jobs.runs;
	v_reason jsonb := jobs.reason('run.cancelled', format('cancelled by %s', p_by),
	    jsonb_build_object('by', p_by));
begin
	select * into v_run from jobs.runs r where r.id = p_run and jobs.may_see(r.domain, p_domains) for update;
	if not found then
		raise exception using errcode = 'MR404', message = format('run %s', p_run), detail = 'run.unknown';
	end if;
	if v_run.state in ('cancelling', 'cancelled') then
		return v_run.state;
	end if;
	if v_run.state not in ('queued', 'running') then
		raise exception using errcode = 'MR409', detail = 'run.state',
		    message = format('this run has ended: %s', replace(v_run.state, '_', ' '));
	end if;
	update jobs.runs r set cancel_by = p_by, cancel_asked = clock_timestamp(),
	    cancel_until = clock_timestamp() + p_grace_ms * interval '1 millisecond' where r.id = p_run;
	if exists (select from jobs.tasks t where t.run_id = p_run and t.state = 'running') then
		perform jobs.step('run', p_run, 'cancelling', p_by);
		return 'cancelling';
	end if;
	perform jobs.end_run(p_run, 'cancelled', p_by, v_reason);
	return 'cancelled';
end
$$;
