-- SPDX-License-Identifier: Apache-2.0
-- last_object - the newest file of a dataset, by which a draft of its contract is tried.

-- last_object_v1 - run_id, no and object {key, bytes, sha256, filename} of the newest arrival since p_since
-- (the dataset's beginning: an older one of the same name is none of its); null when there is none.
create function jobs.last_object_v1(p_domain text, p_target text, p_since timestamptz) returns jsonb
language sql stable security definer set search_path = jobs, pg_temp as $$
	select jsonb_build_object('run_id', r.id, 'no', r.no, 'object', r.spec -> 'object')
	from jobs.runs r where r.domain = p_domain and r.target = p_target and r.kind = 'arrival'
	    and r.spec ? 'object' and r.created_at >= p_since
	order by r.no desc limit 1;
$$;

revoke all on function jobs.last_object_v1(text, text, timestamptz) from public;
grant execute on function jobs.last_object_v1(text, text, timestamptz) to millrace_catalog;
