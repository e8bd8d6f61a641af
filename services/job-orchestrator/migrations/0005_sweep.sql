-- SPDX-License-Identifier: Apache-2.0
-- sweep - what time alone decides: lapsed leases, ended pauses, cancels past their deadline. Safe to run
-- twice at once by any number of replicas: a run that another is at is passed over.

-- sweep_task - one task under its run's lock; false when there was nothing to do after all.
create function jobs.sweep_task(p_task uuid) returns boolean
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_task jobs.tasks;
	v_run jobs.runs;
	v_now timestamptz;
begin
	select r.* into v_run from jobs.runs r join jobs.tasks t on t.run_id = r.id where t.id = p_task
	    for update of r skip locked;
	if not found then
		return false;
	end if;
	select * into v_task from jobs.tasks t where t.id = p_task for update;
	v_now := clock_timestamp();
	if v_task.state = 'waiting' and v_task.ready_at <= v_now then
		perform jobs.step('task', p_task, 'queued', 'sweeper');
	elsif v_task.state = 'running' and v_run.state = 'cancelling' and v_run.cancel_until <= v_now then
		perform jobs.try_again(v_task, 'lost', jobs.reason('run.cancel_deadline',
		    format('%s did not stop in time and was cut off', v_task.worker),
		    jsonb_build_object('worker', v_task.worker)), 'sweeper');
	elsif v_task.state = 'running' and v_task.lease_until <= v_now then
		perform jobs.try_again(v_task, 'lost', jobs.reason('worker.lost',
		    format('worker %s lost', v_task.worker), jsonb_build_object('worker', v_task.worker)), 'sweeper');
	else
		return false;
	end if;
	return true;
end
$$;

-- sweep_v1 - one round: at most 200 tasks are moved; answers the runs that changed. One that has to wait
-- (a seal behind a loader at its COMMIT) is left to the next round: the others do not wait for it.
create function jobs.sweep_v1() returns table (run_id uuid)
language plpgsql security definer set search_path = jobs, pg_temp set lock_timeout = '500ms' as $$
declare
	v record;
begin
	for v in
		(select t.id, t.run_id from jobs.tasks t
		    where t.state = 'running' and t.lease_until <= clock_timestamp() order by t.lease_until limit 100)
		union
		(select t.id, t.run_id from jobs.runs r join jobs.tasks t on t.run_id = r.id and t.state = 'running'
		    where r.state = 'cancelling' and r.cancel_until <= clock_timestamp() limit 50)
		union
		(select t.id, t.run_id from jobs.tasks t
		    where t.state = 'waiting' and t.ready_at <= clock_timestamp() order by t.ready_at limit 50)
	loop
		begin
			if jobs.sweep_task(v.id) then
				run_id := v.run_id;
				return next;
			end if;
		exception when lock_not_available or deadlock_detected then
			raise log 'task % is left to the next sweep: %', v.id, sqlerrm;
		end;
	end loop;
	delete from jobs.idempotency i where i.at < clock_timestamp() - interval '1 day';
end
$$;

-- ready_v1 - tasks to ring for: what a worker could claim this moment.
create function jobs.ready_v1(p_kind text, p_limit int) returns table (task_id uuid, run_id uuid)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select * from jobs.ready_tasks(p_kind, p_limit);
$$;

-- ready_of_run_v1 - tasks to ring for after this run changed: its own, and the load whose turn it is now.
create function jobs.ready_of_run_v1(p_run uuid) returns table (task_id uuid, run_id uuid, kind text)
language sql stable security definer set search_path = jobs, pg_temp as $$
	select t.id, t.run_id, t.kind from jobs.tasks t
	where t.run_id = p_run and t.kind = 'validate' and t.state = 'queued' and t.ready_at <= clock_timestamp()
	union all
	select t.id, t.run_id, t.kind from jobs.runs me
	cross join lateral (select r.id from jobs.runs r
	    where r.domain = me.domain and r.target = me.target and r.state in ('queued', 'running', 'cancelling')
	    order by r.no limit 1) head
	join jobs.tasks t on t.run_id = head.id and t.kind = 'load' and t.state = 'queued'
	    and t.ready_at <= clock_timestamp()
	where me.id = p_run;
$$;
