-- SPDX-License-Identifier: Apache-2.0
-- upload - one row for each upload; the row says what is true, the part file only holds bytes.

create table upload.uploads (
	id uuid primary key,
	domain text not null check (domain ~ '^[a-z][a-z0-9_]{0,47}$'),
	dataset text not null check (dataset ~ '^[a-z][a-z0-9_]{0,47}$'),
	filename text not null check (octet_length(filename) between 1 and 255),
	origin text not null check (origin in ('tus', 'put')),
	length bigint check (length >= 0), -- null while a chunked PUT is open
	bytes bigint not null default 0 check (bytes >= 0), -- safe on disk and hashed
	sha_state text, -- hex of the hash's state after these bytes; null = no bytes
	sha256 text check (sha256 ~ '^[0-9a-f]{64}$'), -- once all bytes are there
	state text not null default 'open' check (state in ('open', 'finishing', 'finished', 'expired', 'failed')),
	again boolean not null default false, -- load equal bytes once more
	duplicate_of uuid references upload.uploads, -- finished upload with equal bytes: a person decides
	reason jsonb, -- {code, params, text}
	-- The writer's lease: a new writer raises epoch, the old one's updates then touch no row.
	epoch bigint not null default 0,
	writer text,
	lease_until timestamptz,
	run_id uuid,
	run_no bigint,
	user_id uuid not null,
	created_by text not null,
	idempotency_key text check (octet_length(idempotency_key) between 1 and 255),
	created_at timestamptz not null default clock_timestamp(),
	updated_at timestamptz not null default clock_timestamp(),
	finished_at timestamptz,
	expires_at timestamptz, -- open uploads only: kept until then without a byte
	check (bytes <= length),
	check ((state = 'finished') = (run_id is not null)),
	check (state not in ('finishing', 'finished') or (sha256 is not null and bytes = length))
);

create unique index on upload.uploads (user_id, idempotency_key) where idempotency_key is not null;
create index on upload.uploads (domain, created_at desc, id desc);
create index on upload.uploads (domain, dataset, sha256) where state = 'finished';
create index on upload.uploads (state, lease_until) where state in ('open', 'finishing');

grant select, insert, update on upload.uploads to millrace_upload;
