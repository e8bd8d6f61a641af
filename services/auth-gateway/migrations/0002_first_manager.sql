-- SPDX-License-Identifier: Apache-2.0
-- first_manager - a new domain has somebody who may work in it.

-- Who makes a domain becomes its first data manager; a domain that somebody works in is left alone.
create function auth.first_manager_v1(p_user uuid, p_domain text, p_by text)
returns void language sql security definer set search_path = auth, pg_temp as $$
	insert into domain_roles (user_id, domain, role, granted_by)
	select p_user, p_domain, 'data_manager', p_by
	where not exists (select from domain_roles where domain = p_domain)
	    and exists (select from users where id = p_user);
$$;

revoke all on function auth.first_manager_v1(uuid, text, text) from public;
grant execute on function auth.first_manager_v1(uuid, text, text) to millrace_catalog;
