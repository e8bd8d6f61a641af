// SPDX-License-Identifier: Apache-2.0
// RouteProblem - a page that could not be shown says why, in the page's own frame.
import { Link, useRouter } from '@tanstack/react-router';
import { EmptyState } from '../components/EmptyState';
import { ProblemLine } from '../components/ProblemLine';
import { t } from '../i18n';
import css from './Page.module.css';

export function RouteProblem({ error }: { error: unknown }) {
	const router = useRouter();
	return (
		<main className={css.page}>
			<h1>{t('page.problem')}</h1>
			<ProblemLine error={error} onRetry={() => void router.invalidate()} />
		</main>
	);
}

export function NotFound() {
	return (
		<div className={css.page}>
			<h1>{t('page.not_found')}</h1>
			<EmptyState title={t('page.not_found_text')}>
				<Link to="/">{t('nav.home')}</Link>
			</EmptyState>
		</div>
	);
}
