-- SPDX-License-Identifier: Apache-2.0
-- step - the only place where a state changes; triggers refuse every other way.

-- Numbers that several functions need; limits.h names the same.
create function jobs.max_attempts() returns int language sql immutable as 'select 5';
create function jobs.max_retries() returns int language sql immutable as 'select 20';

-- A pause before the next try: doubling from p_first_ms, at most a minute, half of it by chance.
create function jobs.pause(p_n int, p_first_ms int) returns interval
language sql volatile as $$
	select least(p_first_ms * 2 ^ least(greatest(p_n, 1) - 1, 20), 60000) * (0.5 + random() / 2)
	    * interval '1 millisecond';
$$;

create function jobs.reason(p_code text, p_text text, p_params jsonb default '{}') returns jsonb
language sql immutable as $$
	select jsonb_build_object('code', p_code, 'params', p_params, 'text', p_text);
$$;

-- Time-ordered ids (UUIDv7) for what SQL makes itself.
create function jobs.new_id() returns uuid
language sql volatile as $$
	select encode(overlay(overlay(uuid_send(gen_random_uuid())
	    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
	    from 1 for 6)
	    placing set_byte('\x00'::bytea, 0, 112 + (random() * 15)::int) from 7 for 1), 'hex')::uuid;
$$;

-- may_see - is this domain among the caller's ('*': every one, a System Administrator)?
create function jobs.may_see(p_domain text, p_domains text[]) returns boolean language sql immutable as $$
	select p_domain = any (p_domains) or '*' = any (p_domains);
$$;

create function jobs.guard_state() returns trigger
language plpgsql set search_path = jobs, pg_temp as $$
begin
	if tg_op = 'DELETE' then
		raise exception using errcode = 'MR409', message = format('%s are kept', tg_table_name),
		    detail = 'state.guarded';
	end if;
	if tg_op = 'UPDATE' and new.state = old.state then
		return new;
	end if;
	if coalesce(current_setting('jobs.stepping', true), '') <> new.id::text then
		raise exception using errcode = 'MR409', detail = 'state.guarded',
		    message = format('the state of %s changes in jobs.step() only', tg_table_name);
	end if;
	return new;
end
$$;
create trigger guard_state before insert or update of state or delete on jobs.runs
	for each row execute function jobs.guard_state();
create trigger guard_state before insert or update of state or delete on jobs.tasks
	for each row execute function jobs.guard_state();

create function jobs.guard_history() returns trigger
language plpgsql as $$
begin
	raise exception using errcode = 'MR409', message = 'history is append only', detail = 'state.guarded';
end
$$;
create trigger guard_history before update or delete on jobs.history
	for each row execute function jobs.guard_history();

-- The edge must exist; from '' means the row is being made.
create function jobs.check_edge(p_machine text, p_from text, p_to text) returns void
language plpgsql stable set search_path = jobs, pg_temp as $$
begin
	if not exists (select from jobs.transitions
	    where machine = p_machine and from_state = p_from and to_state = p_to) then
		raise exception using errcode = 'MR409', detail = p_machine || '.state',
		    message = format('a %s cannot go from %s to %s', p_machine, quote_literal(p_from), p_to);
	end if;
end
$$;

create function jobs.note(p_run uuid, p_task uuid, p_from text, p_to text, p_epoch bigint, p_attempt int,
    p_actor text, p_reason jsonb) returns void
language sql volatile set search_path = jobs, pg_temp as $$
	insert into jobs.history (run_id, task_id, from_state, to_state, epoch, attempt, actor, reason)
	values (p_run, p_task, p_from, p_to, p_epoch, p_attempt, p_actor, p_reason);
$$;

-- Something a reader sees changed.
create function jobs.touch(p_run uuid) returns void
language sql volatile set search_path = jobs, pg_temp as $$
	update jobs.runs set version = version + 1, changed_xid = pg_current_xact_id() where id = p_run;
$$;

-- step - move a run or a task along an edge of jobs.transitions and write it down.
create function jobs.step(p_machine text, p_id uuid, p_to text, p_actor text, p_reason jsonb default null)
returns void
language plpgsql set search_path = jobs, pg_temp as $$
declare
	v_from text;
	v_run uuid;
	v_epoch bigint;
	v_attempt int;
	v_ended boolean := not exists (select from jobs.transitions
	    where machine = p_machine and from_state = p_to);
begin
	if p_machine = 'run' then
		select state, id into v_from, v_run from jobs.runs where id = p_id for update;
	else
		select state, run_id, epoch, attempt into v_from, v_run, v_epoch, v_attempt
		from jobs.tasks where id = p_id for update;
	end if;
	if v_from is null then
		raise exception using errcode = 'MR404', detail = p_machine || '.unknown',
		    message = format('%s %s', p_machine, p_id);
	end if;
	perform jobs.check_edge(p_machine, v_from, p_to);
	perform set_config('jobs.stepping', p_id::text, true);
	if p_machine = 'run' then
		update jobs.runs set state = p_to, reason = coalesce(p_reason, reason),
		    started_at = case when p_to = 'running' then clock_timestamp() else started_at end,
		    finished_at = case when v_ended then clock_timestamp() end
		where id = p_id;
	else
		update jobs.tasks set state = p_to,
		    reason = case when p_to = 'running' then null else coalesce(p_reason, reason) end,
		    queued_at = case when p_to = 'queued' then coalesce(queued_at, clock_timestamp())
			else queued_at end,
		    lease_until = case when p_to = 'running' then lease_until end,
		    finished_at = case when v_ended then clock_timestamp() end
		where id = p_id;
	end if;
	perform set_config('jobs.stepping', '', true);
	perform jobs.note(v_run, case when p_machine = 'task' then p_id end, v_from, p_to, v_epoch, v_attempt,
	    p_actor, p_reason);
	perform jobs.touch(v_run);
end
$$;
