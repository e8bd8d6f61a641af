-- SPDX-License-Identifier: Apache-2.0
-- 0001_auth - people, roles, sessions, throttles, audit.

create table auth.users (
	id uuid primary key,
	name text not null unique check (name ~ '^[a-z0-9][a-z0-9._@-]{0,127}$'),
	display_name text not null check (length(display_name) between 1 and 128),
	password_hash text,			-- crypt(5), yescrypt; null: signs in elsewhere only
	is_administrator boolean not null default false,
	created_at timestamptz not null default clock_timestamp(),
	disabled_at timestamptz
);

-- Roles of scope domain (roles.yaml); administrator is a column of the person.
create table auth.domain_roles (
	user_id uuid not null references auth.users on delete cascade,
	domain text not null check (domain ~ '^[a-z][a-z0-9_]{0,47}$'),
	role text not null check (role in ('data_manager', 'analyst')),
	granted_at timestamptz not null default clock_timestamp(),
	granted_by text not null,
	primary key (user_id, domain, role)
);

-- The cookie is 256 random bits; only its SHA-256 is kept.
create table auth.sessions (
	token_hash bytea primary key check (length(token_hash) = 32),
	id uuid not null unique,
	user_id uuid not null references auth.users on delete cascade,
	created_at timestamptz not null default clock_timestamp(),
	last_seen_at timestamptz not null default clock_timestamp(),
	expires_at timestamptz not null,
	address text not null,
	user_agent text not null
);
create index sessions_user on auth.sessions (user_id, created_at);
create index sessions_expiry on auth.sessions (expires_at);

-- The door for other ways in: a person known to an identity provider (OIDC: issuer and sub), and tokens
-- for programs. Both end in auth.users, so roles, sessions and audit are the same for everybody.
create table auth.identities (
	issuer text not null,
	subject text not null,
	user_id uuid not null references auth.users on delete cascade,
	created_at timestamptz not null default clock_timestamp(),
	primary key (issuer, subject)
);
create table auth.tokens (
	token_hash bytea primary key check (length(token_hash) = 32),
	id uuid not null unique,
	user_id uuid not null references auth.users on delete cascade,
	name text not null,
	created_at timestamptz not null default clock_timestamp(),
	expires_at timestamptz not null,
	last_seen_at timestamptz
);

create table auth.throttles (
	kind text not null check (kind in ('account', 'address')),
	key text not null,
	failures integer not null,
	last_at timestamptz not null,
	blocked_until timestamptz not null,
	primary key (kind, key)
);
create index throttles_age on auth.throttles (last_at);

create table auth.audit (
	id bigint generated always as identity primary key,
	at timestamptz not null default clock_timestamp(),
	actor uuid,
	actor_name text not null,
	action text not null,
	object text not null,
	result text not null,
	request_id text not null,
	address text not null,
	detail jsonb
);
create index audit_actor on auth.audit (actor_name, id);
create index audit_action on auth.audit (action, id);

-- Refusals of nobody in particular, counted per address and minute.
create table auth.refusals (
	address text not null,
	minute timestamptz not null,
	count bigint not null,
	primary key (minute, address)
);

-- One try of a name from an address: counted on both before the password is looked at, so that tries at
-- the same time count too. While either is blocked nothing is counted: asking again is no try, and a
-- blocked address cannot block an account. The first free failures cost nothing, then each doubles the
-- wait up to p_cap_s; 15 quiet minutes forget them. Returns the seconds to wait, 0 = go on.
create function auth.throttle_take(p_account text, p_address text, p_free_account integer,
    p_free_address integer, p_cap_s integer)
returns integer language plpgsql set search_path = auth, pg_temp as $$
declare
	t timestamptz := clock_timestamp();
	blocked timestamptz;
begin
	insert into throttles (kind, key, failures, last_at, blocked_until)
	values ('account', p_account, 0, t, '-infinity'), ('address', p_address, 0, t, '-infinity')
	on conflict (kind, key) do nothing;
	select max(blocked_until) into blocked from (
		select blocked_until from throttles
		where (kind, key) in (('account', p_account), ('address', p_address))
		order by kind for update) both_;
	if blocked > t then
		return greatest(1, ceil(extract(epoch from blocked - t)))::integer;
	end if;
	update throttles x set last_at = t, failures = n.failures,
	    blocked_until = case when n.failures < n.free then '-infinity'::timestamptz
		else t + make_interval(secs => least(p_cap_s, power(2, least(20, n.failures - n.free)))) end
	from (select kind, key, 1 + case when last_at < t - interval '15 minutes' then 0 else failures end
		as failures, case kind when 'account' then p_free_account else p_free_address end as free
		from throttles where (kind, key) in (('account', p_account), ('address', p_address))) n
	where x.kind = n.kind and x.key = n.key;
	return 0;
end
$$;

-- A try that was right: the account starts afresh, the address gets its one try back.
create function auth.throttle_forgive(p_account text, p_address text)
returns void language sql set search_path = auth, pg_temp as $$
	delete from throttles where kind = 'account' and key = p_account;
	update throttles set failures = greatest(0, failures - 1), blocked_until = '-infinity'
	where kind = 'address' and key = p_address;
$$;

-- What a service did for a person, in the service's own transaction.
create function auth.audit_v1(p_actor uuid, p_actor_name text, p_action text, p_object text, p_result text,
    p_request_id text, p_address text, p_detail jsonb)
returns void language sql security definer set search_path = auth, pg_temp as $$
	insert into audit (actor, actor_name, action, object, result, request_id, address, detail)
	values (p_actor, coalesce(p_actor_name, ''), p_action, coalesce(p_object, ''), p_result,
	    coalesce(p_request_id, ''), coalesce(p_address, ''), p_detail);
$$;

revoke all on function auth.throttle_take(text, text, integer, integer, integer), auth.throttle_forgive(text, text),
    auth.audit_v1(uuid, text, text, text, text, text, text, jsonb) from public;
grant execute on function auth.throttle_take(text, text, integer, integer, integer),
    auth.throttle_forgive(text, text) to millrace_auth;
grant execute on function auth.audit_v1(uuid, text, text, text, text, text, text, jsonb)
    to millrace_auth, millrace_upload, millrace_catalog, millrace_transform, millrace_jobs;

grant select, insert, update, delete on auth.users, auth.domain_roles, auth.sessions, auth.identities,
    auth.tokens, auth.throttles to millrace_auth;
-- The trail is only written to.
grant select, insert on auth.audit to millrace_auth;
grant select, insert, update, delete on auth.refusals to millrace_auth;
