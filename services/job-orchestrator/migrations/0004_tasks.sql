-- SPDX-License-Identifier: Apache-2.0
-- tasks - claim, renew, finish, release: what a worker may do with a task, fenced by its epoch.

-- ready_tasks - what could be claimed now. A load waits for its turn: of all runs of a target that have
-- not ended, only the lowest number may load (upload order, one load at a time).
create function jobs.ready_tasks(p_kind text, p_limit int) returns table (task_id uuid, run_id uuid)
language plpgsql stable set search_path = jobs, pg_temp as $$
begin
	if p_kind = 'load' then
		return query select t.id, t.run_id from jobs.targets g
		    cross join lateral (select r.id from jobs.runs r
			where r.domain = g.domain and r.target = g.name
			    and r.state in ('queued', 'running', 'cancelling')
			order by r.no limit 1) head
		    join jobs.tasks t on t.run_id = head.id and t.kind = 'load' and t.state = 'queued'
			and t.ready_at <= clock_timestamp()
		    order by t.ready_at limit p_limit;
	else
		return query select t.id, t.run_id from jobs.tasks t
		    where t.kind = p_kind and t.state = 'queued' and t.ready_at <= clock_timestamp()
		    order by t.ready_at limit p_limit;
	end if;
end
$$;

-- claim_task_v1 - take the oldest ready task: epoch and attempt rise, the lease begins.
create function jobs.claim_task_v1(p_kind text, p_worker text, p_lease_ms bigint)
returns table (task_id uuid, run_id uuid, no bigint, domain text, target text, run_kind text, epoch bigint,
    attempt int, max_attempts int, spec jsonb, input jsonb, bound jsonb, created_by text)
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_ready record;
	v_run jobs.runs;
	v_epoch bigint;
begin
	if not jobs.may_work(p_kind) then
		perform jobs.refuse_caller(format('a %s task', p_kind));
	end if;
	for v_ready in select * from jobs.ready_tasks(p_kind, 32) loop
		-- Somebody else is at this run: let him have it, look at the next.
		select * into v_run from jobs.runs r where r.id = v_ready.run_id
		    and r.state in ('queued', 'running') for update skip locked;
		continue when not found;
		perform from jobs.tasks t where t.id = v_ready.task_id and t.state = 'queued'
		    and t.ready_at <= clock_timestamp();
		continue when not found;
		update jobs.targets g set epoch = g.epoch + 1
		    where g.domain = v_run.domain and g.name = v_run.target returning g.epoch into v_epoch;
		update jobs.tasks t set epoch = v_epoch, attempt = t.attempt + 1, worker = p_worker,
		    lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond',
		    claimed_at = clock_timestamp(), started_at = coalesce(t.started_at, clock_timestamp()),
		    progress = null
		where t.id = v_ready.task_id;
		perform jobs.step('task', v_ready.task_id, 'running', p_worker);
		if v_run.state = 'queued' then
			perform jobs.step('run', v_run.id, 'running', p_worker);
		end if;
		return query select t.id, v_run.id, v_run.no, v_run.domain, v_run.target, v_run.kind, t.epoch,
		    t.attempt, t.max_attempts, v_run.spec, t.input, v_run.bound, v_run.created_by
		    from jobs.tasks t where t.id = v_ready.task_id;
		return;
	end loop;
end
$$;

-- held_task - the task when this epoch still holds it, its run locked first; else MR409 task.lost.
create function jobs.held_task(p_task uuid, p_epoch bigint) returns jobs.tasks
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_task jobs.tasks;
begin
	perform from jobs.runs r join jobs.tasks t on t.run_id = r.id where t.id = p_task for update of r;
	select * into v_task from jobs.tasks t where t.id = p_task and t.epoch = p_epoch and t.state = 'running'
	    for update;
	if not found then
		raise exception using errcode = 'MR409', detail = 'task.lost',
		    message = format('task %s is not held at epoch %s', p_task, p_epoch);
	end if;
	if not jobs.may_work(v_task.kind) then
		perform jobs.refuse_caller(format('a %s task', v_task.kind));
	end if;
	return v_task;
end
$$;

-- renew_task_v1 - lengthen the lease and leave the progress: 'ok', 'cancel' (stop and finish as
-- cancelled) or 'lost' (somebody else has it; record nothing).
create function jobs.renew_task_v1(p_task uuid, p_epoch bigint, p_lease_ms bigint, p_progress jsonb)
returns text
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_run uuid;
	v_state text;
begin
	-- Without the run's lock: a renewal must not wait for whoever reads or changes the run.
	update jobs.tasks t set lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond',
	    progress = coalesce(p_progress, t.progress)
	where t.id = p_task and t.epoch = p_epoch and t.state = 'running' and jobs.may_work(t.kind)
	returning t.run_id into v_run;
	if not found then
		return 'lost';
	end if;
	select r.state into v_state from jobs.runs r where r.id = v_run;
	return case v_state when 'cancelling' then 'cancel' else 'ok' end;
end
$$;

-- end_run - the last word on a run: what is left of it is dropped, the next of its target hears of it.
create function jobs.end_run(p_run uuid, p_to text, p_actor text, p_reason jsonb) returns void
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_next uuid;
begin
	perform jobs.drop_tasks(p_run, case p_to when 'cancelled' then 'cancelled' else 'skipped' end, p_actor);
	perform jobs.step('run', p_run, p_to, p_actor, p_reason);
	-- Its sentence said "waiting for"; if somebody holds it, it changes anyway.
	select r.id into v_next from jobs.runs r join jobs.runs me
	    on me.domain = r.domain and me.target = r.target
	where me.id = p_run and r.no > me.no and r.state in ('queued', 'running') order by r.no limit 1;
	if found then
		perform from jobs.runs r where r.id = v_next for update skip locked;
		if found then
			perform jobs.touch(v_next);
		end if;
	end if;
end
$$;

-- cancelled_reason - who asked for it.
create function jobs.cancelled_reason(p_run uuid) returns jsonb
language sql stable set search_path = jobs, pg_temp as $$
	select jobs.reason('run.cancelled', format('cancelled by %s', r.cancel_by),
	    jsonb_build_object('by', r.cancel_by)) from jobs.runs r where r.id = p_run;
$$;

-- keep_output - what a task found out about its run.
create function jobs.keep_output(p_task jobs.tasks, p_output jsonb) returns void
language plpgsql set search_path = jobs, pg_temp as $$
begin
	update jobs.tasks t set output = p_output, progress = coalesce(p_output -> 'progress', t.progress)
	where t.id = p_task.id;
	update jobs.runs r set
	    account_check = case p_task.kind when 'validate' then coalesce(p_output -> 'account', r.account_check)
		else r.account_check end,
	    account_load = case p_task.kind when 'load' then coalesce(p_output -> 'account', r.account_load)
		else r.account_load end,
	    load_no = coalesce((p_output ->> 'load_no')::bigint, r.load_no),
	    contract_version = coalesce((p_output ->> 'contract_version')::int, r.contract_version),
	    pipeline = coalesce(p_output ->> 'pipeline', r.pipeline),
	    pipeline_version = coalesce((p_output ->> 'pipeline_version')::int, r.pipeline_version)
	where r.id = p_task.run_id;
end
$$;

-- finish_done - on to the next task, or the run is done.
create function jobs.finish_done(p_task jobs.tasks, p_output jsonb) returns void
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_run jobs.runs;
	v_next uuid;
begin
	perform jobs.step('task', p_task.id, 'done', p_task.worker);
	select * into v_run from jobs.runs where id = p_task.run_id;
	select t.id into v_next from jobs.tasks t where t.run_id = p_task.run_id and t.seq > p_task.seq
	    and t.state = 'blocked' order by t.seq limit 1;
	if v_next is null then -- a committed load wins over a cancel
		perform jobs.end_run(v_run.id, case when coalesce((v_run.account_check ->> 'rejected')::bigint, 0) > 0
		    then 'done_with_rejects' else 'done' end, p_task.worker,
		    case when v_run.state = 'cancelling' then jobs.reason('run.cancel_too_late',
			'the rows were committed before the cancel arrived', '{}') end);
	elsif v_run.state = 'cancelling' then
		perform jobs.end_run(v_run.id, 'cancelled', p_task.worker, jobs.cancelled_reason(v_run.id));
	else
		update jobs.tasks t set input = jsonb_build_object(p_task.kind, p_output),
		    ready_at = clock_timestamp() where t.id = v_next;
		perform jobs.step('task', v_next, 'queued', p_task.worker);
	end if;
end
$$;

-- give_up - no attempts left.
create function jobs.give_up(p_task jobs.tasks, p_tries int, p_reason jsonb, p_actor text) returns void
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_reason jsonb := jobs.reason('task.dead', format('gave up after %s attempts: %s', p_tries,
	    p_reason ->> 'text'), jsonb_build_object('attempts', p_tries, 'last', p_reason));
begin
	perform jobs.step('task', p_task.id, 'dead', p_actor, p_reason);
	perform jobs.end_run(p_task.run_id, 'failed', p_actor, v_reason);
end
$$;

-- seal_load - before a load that nobody answers for is declared ended: shut the target against its epoch
-- and look into the ledger. Answers {load_no, account} when it was committed after all, else null.
-- (Fence and ledger live in the target database; where that is another one, its loader does this.)
create function jobs.seal_load(p_task jobs.tasks) returns jsonb
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_run jobs.runs;
	v_epoch bigint;
	v_found jsonb;
begin
	if p_task.kind <> 'load' or not exists (select from pg_proc p where p.proname = 'seal_v1'
	    and p.pronamespace = (select n.oid from pg_namespace n where n.nspname = '_millrace')) then
		return null;
	end if;
	select * into v_run from jobs.runs r where r.id = p_task.run_id;
	update jobs.targets g set epoch = g.epoch + 1 where g.domain = v_run.domain and g.name = v_run.target
	returning g.epoch into v_epoch;
	execute 'select _millrace.seal_v1($1, $2, $3, $4)' into v_found
	    using v_run.domain, v_run.target, v_epoch, v_run.id;
	return v_found;
end
$$;

-- try_again - after an attempt that did not end: a pause, or dead, or cancelled.
-- p_outcome: 'retry' (beside the data: own counter, the attempt does not count), 'crashed' or 'lost'.
create function jobs.try_again(p_task jobs.tasks, p_outcome text, p_reason jsonb, p_actor text) returns void
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_cancelling boolean := exists (select from jobs.runs r
	    where r.id = p_task.run_id and r.state = 'cancelling');
	v_tries int := case p_outcome when 'retry' then p_task.retries + 1 else p_task.attempt end;
	v_spent boolean := v_tries >= case p_outcome when 'retry' then jobs.max_retries()
	    else p_task.max_attempts end;
	v_committed jsonb;
begin
	if v_cancelling or v_spent then
		v_committed := jobs.seal_load(p_task); -- the last word: make sure that it is true
	end if;
	if v_committed is not null then
		perform jobs.keep_output(p_task, v_committed);
		perform jobs.finish_done(p_task, v_committed);
	elsif v_cancelling then
		perform jobs.step('task', p_task.id, 'cancelled', p_actor, p_reason);
		perform jobs.end_run(p_task.run_id, 'cancelled', p_actor, jobs.cancelled_reason(p_task.run_id));
	elsif v_spent then
		perform jobs.give_up(p_task, v_tries, p_reason, p_actor);
	elsif p_outcome = 'lost' and p_task.attempt = 1 then -- most often a restart: no pause
		update jobs.tasks t set ready_at = clock_timestamp() where t.id = p_task.id;
		perform jobs.step('task', p_task.id, 'queued', p_actor, p_reason);
	else
		update jobs.tasks t set ready_at = clock_timestamp() + jobs.pause(v_tries, 1000),
		    retries = t.retries + case p_outcome when 'retry' then 1 else 0 end,
		    attempt = t.attempt - case p_outcome when 'retry' then 1 else 0 end
		where t.id = p_task.id;
		perform jobs.step('task', p_task.id, 'waiting', p_actor, p_reason);
	end if;
end
$$;

-- finish_task_v1 - record how an attempt ended, in the transaction of the worker's own rows.
-- p_outcome: done | failed | retry | crashed | needs_person | cancelled. Returns the run's state.
create function jobs.finish_task_v1(p_task uuid, p_epoch bigint, p_outcome text, p_output jsonb,
    p_reason jsonb) returns text
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_task jobs.tasks := jobs.held_task(p_task, p_epoch);
	v_reason jsonb := coalesce(p_reason, jobs.reason('task.' || p_outcome, p_outcome));
	v_committed jsonb;
begin
	if p_outcome = 'failed' then -- a process may fail while another is at its COMMIT
		v_committed := jobs.seal_load(v_task);
	end if;
	if v_committed is not null then
		perform jobs.keep_output(v_task, v_committed);
		perform jobs.finish_done(v_task, v_committed);
		return (select r.state from jobs.runs r where r.id = v_task.run_id);
	end if;
	if p_outcome in ('done', 'failed', 'needs_person') then
		perform jobs.keep_output(v_task, coalesce(p_output, '{}'));
	end if;
	case p_outcome
	when 'done' then
		perform jobs.finish_done(v_task, coalesce(p_output, '{}'));
	when 'failed' then
		perform jobs.step('task', p_task, 'failed', v_task.worker, v_reason);
		perform jobs.end_run(v_task.run_id, 'failed', v_task.worker, v_reason);
	when 'needs_person' then
		perform jobs.step('task', p_task, 'done', v_task.worker, v_reason);
		perform jobs.end_run(v_task.run_id, 'needs_person', v_task.worker, v_reason);
	when 'retry', 'crashed' then
		perform jobs.try_again(v_task, p_outcome, v_reason, v_task.worker);
	when 'cancelled' then
		if not exists (select from jobs.runs r where r.id = v_task.run_id and r.state = 'cancelling') then
			raise exception using errcode = 'MR409', message = 'nobody cancelled this run',
			    detail = 'run.state';
		end if;
		perform jobs.try_again(v_task, 'crashed', p_reason, v_task.worker);
	else
		raise exception using errcode = 'MR400', message = format('outcome %s', p_outcome),
		    detail = 'field.invalid';
	end case;
	return (select r.state from jobs.runs r where r.id = v_task.run_id);
end
$$;

-- finished_task_v1 - did an outcome of this epoch get recorded? Asked after an unknown COMMIT.
create function jobs.finished_task_v1(p_task uuid, p_epoch bigint) returns boolean
language sql stable security definer set search_path = jobs, pg_temp as $$
	select exists (select from jobs.history h where h.task_id = p_task and h.epoch = p_epoch
	    and h.from_state = 'running');
$$;

-- release_task_v1 - give a task back untouched (drain): the attempt does not count, no pause.
create function jobs.release_task_v1(p_task uuid, p_epoch bigint) returns text
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_task jobs.tasks := jobs.held_task(p_task, p_epoch);
	v_reason jsonb := jobs.reason('worker.drained', format('%s was stopped for maintenance', v_task.worker));
begin
	if exists (select from jobs.runs r where r.id = v_task.run_id and r.state = 'cancelling') then
		perform jobs.try_again(v_task, 'crashed', v_reason, v_task.worker);
	else
		update jobs.tasks t set attempt = t.attempt - 1, ready_at = clock_timestamp() where t.id = p_task;
		perform jobs.step('task', p_task, 'queued', v_task.worker, v_reason);
	end if;
	return (select r.state from jobs.runs r where r.id = v_task.run_id);
end
$$;

-- log_task_v1 - lines [{at, level, msg}] of the attempt that has this epoch; 1,000 are kept of each.
create function jobs.log_task_v1(p_task uuid, p_epoch bigint, p_lines jsonb) returns void
language sql volatile security definer set search_path = jobs, pg_temp as $$
	insert into jobs.logs (run_id, task_id, attempt, at, level, msg)
	select t.run_id, t.id, t.attempt, coalesce((l.value ->> 'at')::timestamptz, clock_timestamp()),
	    case when l.value ->> 'level' in ('info', 'warn', 'error') then l.value ->> 'level' else 'info' end,
	    left(coalesce(l.value ->> 'msg', ''), 4000)
	from jobs.tasks t, jsonb_array_elements(p_lines) with ordinality l
	where t.id = p_task and t.epoch = p_epoch and jobs.may_work(t.kind) and l.ordinality <= 1000 - (select count(*) from jobs.logs g
	    where g.task_id = t.id and g.attempt = t.attempt)
	order by l.ordinality;
$$;
