-- SPDX-License-Identifier: Apache-2.0
-- publish - start what waited for a contract, is anything alive (asked by the catalog); load again once.

-- start_waiting_v1 - a new run for each one that ended for want of a contract, in upload order. Called in
-- the transaction that publishes; asked again it finds nothing to do. Runs older than p_since were of a
-- dataset that was deleted and made anew under its name.
create function jobs.start_waiting_v1(p_domain text, p_target text, p_by text, p_since timestamptz)
returns table (run_id uuid, no bigint)
language plpgsql security definer set search_path = jobs, pg_temp as $$
declare
	v jobs.runs;
begin
	for v in select * from jobs.runs r where r.domain = p_domain and r.target = p_target
	    and r.state = 'needs_person' and r.kind = 'arrival' and r.created_at >= p_since
	    and not exists (select from jobs.runs n where n.retry_of = r.id)
	    order by r.no for update loop
		run_id := jobs.new_id();
		no := jobs.draw_no(p_domain, p_target);
		perform jobs.make_run(run_id, v.upload_id, p_domain, p_target, no, 'arrival', 'publish', v.spec,
		    p_by, v.id);
		perform jobs.make_task(run_id, 1, 'validate', 'queued', '{}', p_by);
		perform jobs.make_task(run_id, 2, 'load', 'blocked', '{}', p_by);
		return next;
	end loop;
end
$$;

-- is_alive_v1 - has a run of the target not ended yet?
create function jobs.is_alive_v1(p_domain text, p_target text) returns boolean
language sql stable security definer set search_path = jobs, pg_temp as $$
	select exists (select from jobs.runs r where r.domain = p_domain and r.target = p_target
	    and r.state in ('queued', 'running', 'cancelling'));
$$;

-- redo_run_v1 - the run that loads an undone load again: the one made with this id or still at it, else a
-- new one. A click sent twice makes one run; after a failed one the next click makes another.
create function jobs.redo_run_v1(p_run uuid, p_domain text, p_target text, p_no bigint, p_by text)
returns table (run_id uuid, created boolean)
language plpgsql security definer set search_path = jobs, pg_temp as $$
begin
	insert into jobs.targets (domain, name) values (p_domain, p_target) on conflict do nothing;
	perform from jobs.targets t where t.domain = p_domain and t.name = p_target for update;
	return query select r.id, false from jobs.runs r
	    where r.domain = p_domain and r.target = p_target and r.kind = 'redo' and r.id <> p_run
	    and (r.spec ->> 'load_no')::bigint = p_no and r.state in ('queued', 'running', 'cancelling')
	    and not exists (select from jobs.runs o where o.id = p_run) limit 1;
	if not found then
		return query select c.run_id, c.created from jobs.create_run_v1(p_run, null, p_domain, p_target,
		    'redo', 'redo', jsonb_build_object('dataset', p_target, 'load_no', p_no), p_by) c;
	end if;
end
$$;

grant execute on function jobs.redo_run_v1(uuid, text, text, bigint, text) to millrace_transform;
grant execute on function jobs.start_waiting_v1(text, text, text, timestamptz), jobs.is_alive_v1(text, text)
to millrace_catalog;
