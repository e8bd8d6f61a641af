// SPDX-License-Identifier: Apache-2.0
// Frame - what stays in place on every screen: rail, top bar, drop target, live news, keys.
import { Button } from '@mantine/core';
import {
	IconDatabase,
	IconHelp,
	IconHome,
	IconPlayerPlay,
	IconUpload,
	type Icon,
} from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { onSessionLost } from '../api/client';
import { runChanged } from '../api/queries';
import type { Permission } from '../api/permissions.gen';
import { may, useMay, useSession } from '../api/session';
import { DropTarget, pickFiles } from '../features/import/DropTarget';
import { UploadsLine } from '../features/import/UploadsLine';
import { t } from '../i18n';
import { live } from '../live/LiveStore';
import { isTerminal } from '../live/runState';
import { Breadcrumb } from './Breadcrumb';
import { ConnectionMark } from './ConnectionMark';
import css from './Frame.module.css';
import { KeySheet } from './KeySheet';
import { SignedOutBar } from './SignedOutBar';
import { useKeys } from './useKeys';
import { UserMenu } from './UserMenu';

interface Area {
	to: '/' | '/datasets' | '/runs';
	label: string;
	Glyph: Icon;
	permission: Permission | null;
}

const areas: Area[] = [
	{ to: '/', label: t('nav.home'), Glyph: IconHome, permission: null },
	{ to: '/datasets', label: t('nav.datasets'), Glyph: IconDatabase, permission: 'dataset.read' },
	{ to: '/runs', label: t('nav.runs'), Glyph: IconPlayerPlay, permission: 'run.read' },
];

function RailLink({ area }: { area: Area }) {
	const session = useSession();
	if (area.permission !== null && !may(session, area.permission)) return null;
	return (
		<li>
			<Link
				to={area.to}
				className={css.item}
				activeOptions={{ exact: area.to === '/', includeSearch: false }}
				activeProps={{ 'aria-current': 'page' }}
			>
				<area.Glyph size={18} stroke={1.75} aria-hidden="true" />
				<span>{area.label}</span>
			</Link>
		</li>
	);
}

function useLiveNews(): void {
	useEffect(() => {
		live.start();
		const stop = live.onRun((run) => runChanged(run, isTerminal(run.state)));
		return () => {
			stop();
			live.close();
		};
	}, []);
}

export function Frame() {
	const [sheet, setSheet] = useState(false);
	const [lost, setLost] = useState(false);
	const mayUpload = useMay('upload.write');
	const path = useRouterState({ select: (s) => s.location.pathname });
	useLiveNews();
	useKeys({ onSheet: () => setSheet(true), onImport: mayUpload ? pickFiles : undefined });
	useEffect(() => onSessionLost(() => setLost(true)), []);
	useEffect(() => {
		void document.getElementById('main')?.scrollTo(0, 0);
	}, [path]);
	return (
		<div className={css.frame}>
			<a className={css.skip} href="#main">
				{t('nav.skip')}
			</a>
			<nav className={css.rail} aria-label={t('nav.label')}>
				<Link to="/" className={css.mark} aria-label="Millrace">
					<img src="/favicon.svg" alt="" width={20} height={20} />
					<span>Millrace</span>
				</Link>
				<ul>
					{areas.map((area) => (
						<RailLink key={area.to} area={area} />
					))}
				</ul>
				<div className={css.foot}>
					<ConnectionMark />
					<UserMenu />
				</div>
			</nav>
			<header className={css.top}>
				<Breadcrumb />
				<div className={css.topActions}>
					<UploadsLine />
					<button
						type="button"
						className={css.help}
						aria-label={t('keys.title')}
						onClick={() => setSheet(true)}
					>
						<IconHelp size={18} stroke={1.75} aria-hidden="true" />
					</button>
					{mayUpload ? (
						<Button
							size="compact-sm"
							variant="default"
							className={css.import}
							leftSection={<IconUpload size={16} stroke={1.75} aria-hidden="true" />}
							onClick={pickFiles}
						>
							{t('import.button')}
						</Button>
					) : null}
				</div>
			</header>
			<main id="main" className={css.main} tabIndex={-1}>
				{lost ? <SignedOutBar onBack={() => setLost(false)} /> : null}
				<Outlet />
			</main>
			{mayUpload ? <DropTarget /> : null}
			<KeySheet opened={sheet} onClose={() => setSheet(false)} />
		</div>
	);
}
