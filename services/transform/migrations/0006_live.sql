-- SPDX-License-Identifier: Apache-2.0
-- live - may a dataset be deleted? Asked by the catalog.

set local role millrace_gold_owner;

-- is_live_v1 - does a load of the dataset stand in its table?
create function _millrace.is_live_v1(p_domain text, p_dataset text) returns boolean
language sql stable security definer set search_path = _millrace, pg_temp as $$
	select exists (select from loads l where l.domain = p_domain and l.dataset = p_dataset
	    and l.state = 'live');
$$;

revoke all on function _millrace.is_live_v1(text, text) from public;
grant usage on schema _millrace to millrace_catalog;
grant execute on function _millrace.is_live_v1(text, text) to millrace_catalog;

set local role millrace_transform_owner;
