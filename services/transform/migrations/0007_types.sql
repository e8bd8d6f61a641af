-- SPDX-License-Identifier: Apache-2.0
-- types - times of day, durations, UUIDs and JSON in gold tables.

set local role millrace_gold_owner;

-- pg_type - PostgreSQL's type of a column {type, precision?, scale?}.
create or replace function _millrace.pg_type(p_column jsonb) returns text language sql immutable as $$
	select case p_column->>'type'
		when 'integer' then 'bigint'
		when 'decimal' then format('numeric(%s,%s)', coalesce((p_column->>'precision')::int, 38),
			coalesce((p_column->>'scale')::int, 9))
		when 'double' then 'double precision'
		when 'boolean' then 'boolean'
		when 'date' then 'date'
		when 'timestamp' then 'timestamp without time zone'
		when 'timestamptz' then 'timestamp with time zone'
		when 'text' then 'text'
		when 'time' then 'time without time zone'
		when 'duration' then 'interval'
		when 'uuid' then 'uuid'
		when 'json' then 'jsonb'
	end
$$;

set local role millrace_transform_owner;
