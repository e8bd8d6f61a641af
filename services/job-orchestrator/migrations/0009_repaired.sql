-- SPDX-License-Identifier: Apache-2.0
-- repaired - the headline of a finished run names the rows that were kept because they were repaired.

create or replace function jobs.done_text(r jobs.runs) returns text
language sql stable set search_path = jobs, pg_temp as $$
	select case
	when r.account_load is null then 'Done'
	else jobs.rows_text(coalesce((r.account_load ->> 'inserted')::bigint, 0)
	    + coalesce((r.account_load ->> 'updated')::bigint, 0)) || ' loaded into ' || r.target
	end || case when coalesce((r.account_check ->> 'repaired')::bigint, 0) > 0
	    then '; ' || jobs.rows_text((r.account_check ->> 'repaired')::bigint) || ' repaired'
	    else '' end || case when coalesce((r.account_check ->> 'rejected')::bigint, 0) > 0
	    then '; ' || jobs.count_text((r.account_check ->> 'rejected')::bigint) || ' of '
		|| jobs.rows_text((r.account_check ->> 'read')::bigint) || ' rejected ('
		|| to_char(100.0 * (r.account_check ->> 'rejected')::bigint
		    / greatest((r.account_check ->> 'read')::bigint, 1), 'FM990.0') || ' %)'
	    else '' end || case r.reason ->> 'code' when 'run.cancel_too_late'
	    then '; the cancel came too late' else '' end;
$$;
