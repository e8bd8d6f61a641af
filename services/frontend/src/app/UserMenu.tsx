// SPDX-License-Identifier: Apache-2.0
// UserMenu - who is signed in, with which roles; colour scheme; signing out.
import { Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import {
	IconCheck,
	IconDeviceDesktop,
	IconLogout,
	IconMoon,
	IconSun,
	IconUser,
	type Icon,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { post, setCsrfToken } from '../api/client';
import { queryClient } from '../api/queries';
import { useSession } from '../api/session';
import type { Session } from '../api/types';
import { t, word } from '../i18n';
import { live } from '../live/LiveStore';
import css from './UserMenu.module.css';

const schemes: ReadonlyArray<readonly [MantineColorScheme, Icon]> = [
	['light', IconSun],
	['dark', IconMoon],
	['auto', IconDeviceDesktop],
];

function rolesOf(session: Session): string {
	const roles = Object.entries(session.domains).flatMap(([domain, list]) =>
		list.map((r) => (domain === 'default' ? word('role', r) : `${word('role', r)} (${domain})`)),
	);
	if (session.is_administrator) roles.unshift(word('role', 'administrator'));
	return [...new Set(roles)].join(', ');
}

export function UserMenu() {
	const session = useSession();
	const navigate = useNavigate();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	if (session === undefined) return null;
	const name = session.user.display_name ?? session.user.name;
	async function signOut(): Promise<void> {
		await post('/auth/signout').catch(() => undefined);
		live.close();
		setCsrfToken(null);
		queryClient.clear();
		await navigate({ to: '/signin', search: {} });
	}
	return (
		<Menu position="top-start" width={232} transitionProps={{ duration: 0 }}>
			<Menu.Target>
				<button type="button" className={css.user} aria-label={t('user.menu', { name })}>
					<IconUser size={18} stroke={1.75} aria-hidden="true" />
					<span className="cut">{name}</span>
				</button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>{rolesOf(session)}</Menu.Label>
				<Menu.Divider />
				<Menu.Label>{t('user.scheme')}</Menu.Label>
				{schemes.map(([scheme, Glyph]) => (
					<Menu.Item
						key={scheme}
						leftSection={<Glyph size={16} stroke={1.75} aria-hidden="true" />}
						rightSection={
							colorScheme === scheme ? <IconCheck size={16} aria-label={t('user.chosen')} /> : null
						}
						onClick={() => setColorScheme(scheme)}
					>
						{word('scheme', scheme)}
					</Menu.Item>
				))}
				<Menu.Divider />
				<Menu.Item
					leftSection={<IconLogout size={16} stroke={1.75} aria-hidden="true" />}
					onClick={() => void signOut()}
				>
					{t('user.sign_out')}
				</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}
