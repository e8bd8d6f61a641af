// SPDX-License-Identifier: Apache-2.0
// SignInPage - the door; afterwards back to where the reader wanted to go.
import { useDocumentTitle } from '@mantine/hooks';
import { useRouter, useSearch } from '@tanstack/react-router';
import { safeNext } from '../../api/session';
import { t } from '../../i18n';
import css from './SignIn.module.css';
import { SignInForm } from './SignInForm';

export function SignInPage() {
	const { next } = useSearch({ from: '/signin' });
	const router = useRouter();
	useDocumentTitle(`${t('signin.title')} · Millrace`);
	return (
		<main className={css.page}>
			<p className={css.mark}>
				<img src="/favicon.svg" alt="" width={24} height={24} />
				Millrace
			</p>
			<h1>{t('signin.title')}</h1>
			<SignInForm onDone={() => void router.history.push(safeNext(next))} />
		</main>
	);
}
