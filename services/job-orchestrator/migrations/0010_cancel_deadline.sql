-- SPDX-License-Identifier: Apache-2.0
-- cancel_deadline - asking and deadline of a cancel come from one look at the clock; from two, the page
-- said now and then a second more than the grace.

create or replace function jobs.cancel_run(p_run uuid, p_domains text[], p_by text, p_grace_ms bigint) returns text
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v_run jobs.runs;
	v_now timestamptz;
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
	v_now := clock_timestamp();
	update jobs.runs r set cancel_by = p_by, cancel_asked = v_now,
	    cancel_until = v_now + p_grace_ms * interval '1 millisecond' where r.id = p_run;
	if exists (select from jobs.tasks t where t.run_id = p_run and t.state = 'running') then
		perform jobs.step('run', p_run, 'cancelling', p_by);
		return 'cancelling';
	end if;
	perform jobs.end_run(p_run, 'cancelled', p_by, v_reason);
	return 'cancelled';
end
$$;
