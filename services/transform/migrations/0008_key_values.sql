-- SPDX-License-Identifier: Apache-2.0
-- key_values - what a foreign key of a contract points to, for the check of another dataset's file.

set local role millrace_gold_owner;

-- key_values_v1 - the rows of a dataset's table, of each the named columns as text in the one form every type
-- is read in; rows with a null in one of them cannot be pointed to and are left out. The caller (the catalog's
-- supervisor) asks only for datasets of the domain whose contract it checks.
create function _millrace.key_values_v1(p_domain text, p_dataset text, p_columns text[]) returns setof text[]
language plpgsql stable security definer set search_path = _millrace, pg_temp set datestyle = 'ISO, YMD'
set intervalstyle = 'iso_8601' set timezone = 'UTC' set extra_float_digits = 1 as $$
declare
	v_view oid := to_regclass(format('%I.%I', 'gold_' || p_domain, p_dataset));
	v_list text;
	v_where text;
	v_missing text;
begin
	if v_view is null then
		raise exception using errcode = 'MR404', detail = 'reference.unknown',
			message = format('the contract points to %s, which has no table in this domain', p_dataset);
	end if;
	select c.name into v_missing from unnest(p_columns) as c(name)
	where left(c.name, 1) = '_' or not exists (select from pg_attribute a where a.attrelid = v_view
	    and a.attname = c.name and a.attnum > 0 and not a.attisdropped);
	if v_missing is not null then
		raise exception using errcode = 'MR404', detail = 'reference.unknown',
			message = format('the contract points to the column %s of %s, which has none', v_missing, p_dataset);
	end if;
	select string_agg(format(case when a.atttypid = 'numeric'::regtype then 'trim_scale(%I)::text'
		else '%I::text' end, a.attname), ', ' order by c.i),
	    string_agg(format('%I is not null', a.attname), ' and ')
	into v_list, v_where
	from unnest(p_columns) with ordinality as c(name, i)
	join pg_attribute a on a.attrelid = v_view and a.attname = c.name and a.attnum > 0;
	return query execute format('select array[%s] from %I.%I where %s', v_list, 'gold_' || p_domain, p_dataset,
		v_where);
end
$$;

revoke all on function _millrace.key_values_v1(text, text, text[]) from public;
grant execute on function _millrace.key_values_v1(text, text, text[]) to millrace_catalog;

set local role millrace_transform_owner;
