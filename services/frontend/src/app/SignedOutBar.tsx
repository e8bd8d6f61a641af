// SPDX-License-Identifier: Apache-2.0
// SignedOutBar - the session is over: the page stays as it is, signing in happens here.
import { useState } from 'react';
import { useSession } from '../api/session';
import { queryClient } from '../api/queries';
import { SignInForm } from '../features/signin/SignInForm';
import { t } from '../i18n';
import css from './SignedOutBar.module.css';

export function SignedOutBar({ onBack }: { onBack: () => void }) {
	const session = useSession();
	const [name] = useState(session?.user.name);
	return (
		<section className={css.bar} aria-label={t('signin.over')}>
			<p role="status">{t('signin.over_text')}</p>
			<SignInForm
				compact
				name={name}
				onDone={() => {
					onBack();
					void queryClient.invalidateQueries();
				}}
			/>
		</section>
	);
}
