-- SPDX-License-Identifier: Apache-2.0
-- bootstrap - roles and schemas of the database `millrace`, once, by a superuser; again is harmless.
--
-- Each schema has an owner that nobody can log in as (DDL, functions) and a runtime role (DML, given by
-- the migrations). millrace_migrate may become each owner and nothing else. millrace_loader owns gold
-- and is used by the loader process only; millrace_transform may read gold. Passwords are set by whoever
-- runs this (make run, the swarm's init job), never here.

set client_min_messages = warning;

do $$
declare
	s text;
	r text;
begin
	foreach s in array array['upload', 'catalog', 'transform', 'jobs', 'auth', 'gold'] loop
		r := format('millrace_%s_owner', s);
		if not exists (select from pg_roles where rolname = r) then
			execute format('create role %I nologin', r);
		end if;
	end loop;
	foreach r in array array['millrace_migrate', 'millrace_upload', 'millrace_catalog', 'millrace_transform',
	    'millrace_jobs', 'millrace_auth', 'millrace_loader'] loop
		if not exists (select from pg_roles where rolname = r) then
			execute format('create role %I login noinherit', r);
		end if;
	end loop;
end
$$;

-- Migrations do SET ROLE; they hold nothing by themselves. The loader acts as gold's owner.
grant millrace_upload_owner, millrace_catalog_owner, millrace_transform_owner, millrace_jobs_owner,
    millrace_auth_owner, millrace_gold_owner to millrace_migrate;
alter role millrace_loader inherit;
grant millrace_gold_owner to millrace_loader;

revoke all on database millrace from public;
revoke all on schema public from public;
grant connect on database millrace to millrace_migrate, millrace_upload, millrace_catalog,
    millrace_transform, millrace_jobs, millrace_auth, millrace_loader;
-- Gold makes a schema for each domain.
grant create on database millrace to millrace_gold_owner;

create schema if not exists upload authorization millrace_upload_owner;
create schema if not exists catalog authorization millrace_catalog_owner;
create schema if not exists transform authorization millrace_transform_owner;
create schema if not exists jobs authorization millrace_jobs_owner;
create schema if not exists auth authorization millrace_auth_owner;
create schema if not exists _gold authorization millrace_gold_owner;
create schema if not exists _millrace authorization millrace_gold_owner;

grant usage on schema upload to millrace_upload;
grant usage on schema catalog to millrace_catalog;
grant usage on schema transform to millrace_transform;
grant usage on schema jobs to millrace_jobs;
grant usage on schema auth to millrace_auth;
grant usage on schema _gold, _millrace to millrace_transform;

-- Cross-schema calls: usage lets a role name a function; each function is granted by its migration.
grant usage on schema jobs to millrace_upload, millrace_catalog, millrace_transform;
grant usage on schema catalog to millrace_upload, millrace_transform, millrace_jobs;
grant usage on schema transform to millrace_jobs, millrace_catalog;
grant usage on schema upload to millrace_catalog, millrace_jobs, millrace_transform;
grant usage on schema auth to millrace_upload, millrace_catalog, millrace_transform, millrace_jobs;
-- Functions of one owner may call granted functions of another.
grant usage on schema jobs, catalog, transform, upload, auth to millrace_upload_owner, millrace_catalog_owner,
    millrace_transform_owner, millrace_jobs_owner, millrace_auth_owner;

-- What a migration makes is nobody's until it is granted.
do $$
declare
	s text;
begin
	foreach s in array array['upload', 'catalog', 'transform', 'jobs', 'auth', 'gold'] loop
		execute format('alter default privileges for role millrace_%s_owner revoke execute on functions from public', s);
	end loop;
end
$$;

-- Whatever gold holds may be read by transform (it answers /api/tables).
alter default privileges for role millrace_gold_owner grant select on tables to millrace_transform;
alter default privileges for role millrace_gold_owner grant usage on schemas to millrace_transform;
alter default privileges for role millrace_loader grant select on tables to millrace_transform;
alter default privileges for role millrace_loader grant usage on schemas to millrace_transform;
