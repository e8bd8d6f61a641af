// SPDX-License-Identifier: Apache-2.0
// Breadcrumb - where this page is; the last part is the page itself.
import { Link, useRouterState } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { runQuery } from '../api/queries';
import { t } from '../i18n';
import css from './Breadcrumb.module.css';

interface Crumb {
	label: string;
	to?: string;
}

function tabLabel(tab: string | undefined): string | undefined {
	if (tab === 'contract') return t('dataset.tab.contract');
	if (tab === 'loads') return t('dataset.tab.loads');
	return tab === 'rejects' ? t('dataset.tab.rejects') : undefined;
}

function crumbs(path: string, run: string | undefined): Crumb[] {
	const [area, name, tab] = path.split('/').filter((p) => p !== '');
	if (area === 'datasets') {
		const tail = tabLabel(tab);
		return [
			{ label: t('nav.datasets'), to: '/datasets' },
			...(name === undefined ? [] : [{ label: decodeURIComponent(name), to: `/datasets/${name}` }]),
			...(tail === undefined ? [] : [{ label: tail }]),
		];
	}
	if (area === 'runs') {
		return [
			{ label: t('nav.runs'), to: '/runs' },
			...(name === undefined ? [] : [{ label: run ?? '…' }]),
		];
	}
	if (area === 'imports') return [{ label: t('import.title') }];
	return [{ label: t('nav.home') }];
}

export function Breadcrumb() {
	const path = useRouterState({ select: (s) => s.location.pathname });
	const runId = /^\/runs\/([^/]+)/.exec(path)?.[1];
	const run = useQuery({ ...runQuery(runId ?? ''), enabled: runId !== undefined }).data;
	const list = crumbs(path, run === undefined ? undefined : `${run.target} #${run.no}`);
	return (
		<nav aria-label={t('nav.breadcrumb')} className={css.crumbs}>
			<ol>
				{list.map((c, i) => (
					<li key={c.label} aria-current={i === list.length - 1 ? 'page' : undefined}>
						{c.to === undefined || i === list.length - 1 ? (
							<span>{c.label}</span>
						) : (
							<Link to={c.to}>{c.label}</Link>
						)}
					</li>
				))}
			</ol>
		</nav>
	);
}
