-- SPDX-License-Identifier: Apache-2.0
-- catalog - domains, datasets, contracts, and what each check of a file found.

-- Drafts take their ETag from here: a new draft never has an old one's.
create sequence catalog.revs;

create table catalog.domains (
	name text primary key check (name ~ '^[a-z][a-z0-9_]{0,47}$'),
	description text not null default '',
	created_at timestamptz not null default now(),
	created_by text not null
);

insert into catalog.domains (name, description, created_by)
values ('default', 'the domain that exists from the start', 'millrace');

create table catalog.datasets (
	id uuid primary key,
	domain text not null references catalog.domains,
	name text not null check (name ~ '^[a-z][a-z0-9_]{0,47}$'),
	kind text not null check (kind in ('upload', 'derived')),
	mode text not null check (mode in ('append', 'replace')),
	description text not null default '',
	auto_publish boolean not null default false,
	error_budget_pct numeric(6, 3) not null default 1 check (error_budget_pct between 0 and 100),
	rev bigint not null default 1, -- raised by each change; the ETag
	created_at timestamptz not null default now(),
	created_by text not null,
	unique (domain, name)
);

-- Published versions never change.
create table catalog.contracts (
	dataset_id uuid not null references catalog.datasets on delete cascade,
	version int not null check (version > 0),
	doc jsonb not null,
	published_at timestamptz not null default now(),
	published_by text not null,
	primary key (dataset_id, version)
);

create table catalog.drafts (
	dataset_id uuid primary key references catalog.datasets on delete cascade,
	doc jsonb not null,
	evidence jsonb, -- of an inferred draft: why each type was chosen
	source text not null check (source in ('person', 'inferred')),
	rev bigint not null default nextval('catalog.revs'), -- the ETag
	updated_at timestamptz not null default now(),
	updated_by text not null
);

-- One for each run that was checked; the task's epoch decided which attempt wrote it.
create table catalog.reports (
	run_id uuid primary key,
	task_id uuid not null,
	epoch bigint not null,
	dataset_id uuid not null references catalog.datasets on delete cascade,
	no bigint not null,
	contract_version int,
	verdict text not null check (verdict in ('good', 'over_budget', 'unusable', 'draft')),
	account jsonb not null,
	rules jsonb not null,
	dialect jsonb,
	reason jsonb,
	detail jsonb,
	silver jsonb not null, -- [{path, rows, bytes}]
	reject_files jsonb,    -- {parquet, csv}: paths; null once the retention removed them
	rejects_total bigint not null,
	rejects_stored bigint not null,
	created_at timestamptz not null default now()
);
create index reports_newest on catalog.reports (dataset_id, no desc);
create index reports_with_files on catalog.reports (created_at) where reject_files is not null;

create table catalog.rejects (
	run_id uuid not null references catalog.reports on delete cascade,
	seq bigint not null, -- 1 = first of the file
	line bigint not null,
	row_no bigint not null,
	column_index int,
	column_name text,
	rule text not null,
	message text not null,
	byte_offset bigint not null,
	byte_length bigint not null,
	raw text not null, -- UTF-8; bytes that are not, and NUL, replaced
	raw_truncated boolean not null,
	primary key (run_id, seq)
);

-- time_text - as every document of the API writes a moment.
create function catalog.time_text(p_at timestamptz) returns text
language sql immutable as $$
	select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

grant execute on function catalog.time_text(timestamptz) to millrace_catalog;
grant usage on sequence catalog.revs to millrace_catalog;
grant select, insert, update, delete on all tables in schema catalog to millrace_catalog;
revoke update, delete on catalog.contracts from millrace_catalog;

create function catalog.dataset_json(d catalog.datasets) returns jsonb
language sql stable set search_path = catalog, pg_temp as $$
	select jsonb_build_object(
		'id', d.id, 'name', d.name, 'domain', d.domain, 'description', d.description,
		'kind', d.kind, 'mode', d.mode, 'auto_publish', d.auto_publish,
		'contract_version', (select max(version) from contracts where dataset_id = d.id),
		'contract_state', case
			when exists (select from contracts where dataset_id = d.id) then 'published'
			when exists (select from drafts where dataset_id = d.id) then 'draft'
			else 'none' end,
		'error_budget_pct', d.error_budget_pct,
		'created_at', time_text(d.created_at),
		'created_by', d.created_by)
$$;
grant execute on function catalog.dataset_json(catalog.datasets) to millrace_catalog;

-- without_cells - evidence for those who may not see rows: what was counted, without any cell's text.
create function catalog.without_cells(p_evidence jsonb) returns jsonb
language sql immutable set search_path = catalog, pg_temp as $$
	select case jsonb_typeof(p_evidence)
		when 'object' then (select coalesce(jsonb_object_agg(k, without_cells(v)), '{}')
			from jsonb_each(p_evidence) as e(k, v) where k not in ('value', 'text'))
		when 'array' then (select coalesce(jsonb_agg(without_cells(v) order by i), '[]')
			from jsonb_array_elements(p_evidence) with ordinality as e(v, i))
		else p_evidence end
$$;
grant execute on function catalog.without_cells(jsonb) to millrace_catalog;

-- A dataset with its newest published contract under "contract" (null before the first); null when there
-- is no such dataset.
create function catalog.dataset_v1(p_domain text, p_name text) returns jsonb
language sql stable security definer set search_path = catalog, pg_temp as $$
	select dataset_json(d) || jsonb_build_object('contract',
		(select doc from contracts c where c.dataset_id = d.id order by version desc limit 1))
	from datasets d where d.domain = p_domain and d.name = p_name
$$;

-- One published version's document; null when there is none.
create function catalog.contract_v1(p_domain text, p_name text, p_version int) returns jsonb
language sql stable security definer set search_path = catalog, pg_temp as $$
	select c.doc from contracts c join datasets d on d.id = c.dataset_id
	where d.domain = p_domain and d.name = p_name and c.version = p_version
$$;

-- Make a derived dataset, or bring mode and contract of an existing one up to date. p_fields is the
-- "fields" array of a contract. An unchanged contract makes no new version. Returns dataset_v1.
create function catalog.create_derived_v1(p_domain text, p_name text, p_mode text, p_fields jsonb, p_by text)
returns jsonb language plpgsql security definer set search_path = catalog, pg_temp as $$
declare
	v datasets;
	doc jsonb := jsonb_build_object('fields', p_fields);
begin
	if not exists (select from domains where name = p_domain) then
		raise exception using errcode = 'MR404', message = 'domain ' || p_domain, detail = 'domain.unknown';
	end if;
	insert into datasets (id, domain, name, kind, mode, created_by)
	values (gen_random_uuid(), p_domain, p_name, 'derived', p_mode, p_by)
	on conflict (domain, name) do nothing;
	select * into v from datasets where domain = p_domain and name = p_name for update;
	if v.kind <> 'derived' then
		raise exception using errcode = 'MR409', detail = 'dataset.not_derived',
			message = 'dataset ' || p_name || ' is fed by uploads, a pipeline cannot write it';
	end if;
	if v.mode <> p_mode then
		update datasets set mode = p_mode, rev = rev + 1 where id = v.id;
	end if;
	if doc is distinct from
	    (select c.doc from contracts c where c.dataset_id = v.id order by version desc limit 1) then
		insert into contracts (dataset_id, version, doc, published_by)
		values (v.id, 1 + coalesce((select max(version) from contracts where dataset_id = v.id), 0), doc, p_by);
	end if;
	return dataset_v1(p_domain, p_name);
end
$$;

revoke all on function catalog.dataset_v1(text, text), catalog.contract_v1(text, text, int),
    catalog.create_derived_v1(text, text, text, jsonb, text) from public;
grant execute on function catalog.dataset_v1(text, text)
    to millrace_upload, millrace_catalog, millrace_transform, millrace_jobs, millrace_transform_owner, millrace_jobs_owner;
grant execute on function catalog.contract_v1(text, text, int) to millrace_catalog, millrace_transform;
grant execute on function catalog.create_derived_v1(text, text, text, jsonb, text) to millrace_transform;
