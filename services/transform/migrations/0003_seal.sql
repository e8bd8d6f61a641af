-- SPDX-License-Identifier: Apache-2.0
-- 0003_seal - the last word on a load nobody answers for, asked by job-orchestrator's sweeper.

set local role millrace_gold_owner;

-- seal_v1 - from now on no epoch below p_epoch commits to the target; was the run's load committed before?
-- {load_no, account}, or null. Waits for a loader that is between its fence and its COMMIT.
create function _millrace.seal_v1(p_domain text, p_dataset text, p_epoch bigint, p_run uuid) returns jsonb
language plpgsql security definer set search_path = _millrace, pg_temp as $$
begin
	begin
		perform fence(p_domain || '.' || p_dataset, p_epoch);
	exception when sqlstate 'MR409' then
		null; -- a newer epoch shut it already
	end;
	return (select jsonb_build_object('load_no', a.no, 'account', l.account)
	    from acts a join loads l using (domain, dataset, no)
	    where a.run_id = p_run and a.act in ('load', 'redo'));
end
$$;

grant usage on schema _millrace to millrace_jobs_owner;
grant execute on function _millrace.seal_v1(text, text, bigint, uuid) to millrace_jobs_owner;

set local role millrace_transform_owner;
