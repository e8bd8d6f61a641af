// SPDX-License-Identifier: Apache-2.0
// session - who is signed in and what the page may offer; the server decides, this only mirrors.
import { useQuery } from '@tanstack/react-query';
import { setCsrfToken } from './client';
import { queryClient, sessionQuery } from './queries';
import type { Permission } from './permissions.gen';
import type { Session } from './types';

export function adopt(session: Session): Session {
	setCsrfToken(session.csrf_token);
	queryClient.setQueryData(sessionQuery.queryKey, session);
	return session;
}

export async function loadSession(): Promise<Session> {
	return adopt(await queryClient.ensureQueryData(sessionQuery));
}

export function useSession(): Session | undefined {
	return useQuery(sessionQuery).data;
}

/** Without a domain: in any. What the server says of "*" holds in every domain. */
export function may(session: Session | undefined, permission: Permission, domain?: string): boolean {
	if (session === undefined) return false;
	const { permissions } = session;
	const lists =
		domain === undefined ? Object.values(permissions) : [permissions[domain], permissions['*']];
	return lists.some((list) => list?.includes(permission) ?? false);
}

export function useMay(permission: Permission, domain?: string): boolean {
	return may(useSession(), permission, domain);
}

/** Where to go after signing in; only ever a path of our own. */
export function safeNext(next: string | undefined): string {
	if (next === undefined || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) {
		return '/';
	}
	const url = new URL(next, 'http://own.invalid');
	return url.host === 'own.invalid' && url.pathname !== '/signin' ? next : '/';
}
