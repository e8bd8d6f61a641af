-- SPDX-License-Identifier: Apache-2.0
-- forget - may a dataset be deleted, and its end in the target database. Asked by the catalog.

set local role millrace_gold_owner;

-- The ledger of deleted datasets: nobody lists it, it is there for whoever must know what was loaded once.
create table _millrace.forgotten_loads (
	like _millrace.loads,
	forgotten_at timestamptz not null default clock_timestamp()
);
create index on _millrace.forgotten_loads (domain, dataset, no);

-- is_live_v1 - does a load of the dataset stand in its table?
create function _millrace.is_live_v1(p_domain text, p_dataset text) returns boolean
language sql stable security definer set search_path = _millrace, pg_temp as $$
	select exists (select from loads l where l.domain = p_domain and l.dataset = p_dataset
	    and l.state = 'live');
$$;

-- forget_v1 - take a dataset without live loads out of sight, in the transaction that deletes it: its view
-- and head go, its ledger rows are set aside. The tables behind become temps of no task, which the next
-- load or the maintenance drops. The fence and the numbers stay, so neither is ever given out twice.
create function _millrace.forget_v1(p_domain text, p_dataset text) returns void
language plpgsql security definer set search_path = _gold, _millrace, pg_temp set lock_timeout = '5s' as $$
begin
	perform from heads where domain = p_domain and dataset = p_dataset for update;
	if is_live_v1(p_domain, p_dataset) then
		raise exception using errcode = 'MR409', detail = 'dataset.not_empty', message =
			format('dataset %s.%s has live loads: undo them first', p_domain, p_dataset);
	end if;
	insert into temps (relation, target, task_id, epoch)
	select r.relation, p_domain || '.' || p_dataset, gen_random_uuid(), 0
	from (select relation from heads where domain = p_domain and dataset = p_dataset
		union select relation from loads where domain = p_domain and dataset = p_dataset) r
	on conflict do nothing;
	execute format('drop view if exists %I.%I', 'gold_' || p_domain, p_dataset);
	delete from heads where domain = p_domain and dataset = p_dataset;
	with gone as (
		delete from loads where domain = p_domain and dataset = p_dataset returning *
	)
	insert into forgotten_loads select * from gone;
exception when dependent_objects_still_exist then
	raise exception using errcode = 'MR409', detail = 'table.in_use',
		message = format('a view of somebody stands on %s.%s: drop that first', p_domain, p_dataset);
end
$$;

revoke all on function _millrace.is_live_v1(text, text), _millrace.forget_v1(text, text) from public;
grant usage on schema _millrace to millrace_catalog;
grant execute on function _millrace.is_live_v1(text, text), _millrace.forget_v1(text, text)
to millrace_catalog;

set local role millrace_transform_owner;
