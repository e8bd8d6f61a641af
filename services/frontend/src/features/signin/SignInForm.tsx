// SPDX-License-Identifier: Apache-2.0
// SignInForm - name and password; on a page of its own or within the bar of an ended session.
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { post } from '../../api/client';
import { asProblem, Problem } from '../../api/problem';
import { adopt } from '../../api/session';
import type { Session } from '../../api/types';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { useNow } from '../../lib/useNow';
import css from './SignIn.module.css';

interface SignInFormProps {
	compact?: boolean;
	name?: string | undefined;
	onDone: () => void;
}

/** The sentence for what went wrong; the same for an unknown name and a wrong password. */
function refusal(error: unknown, secondsLeft: number): Problem {
	const p = asProblem(error);
	const say = (title: string) => new Problem(p.status, { title, code: p.code }, p.requestId);
	if (p.status === 401) return say(t('signin.wrong'));
	if (p.status === 429) {
		return say(secondsLeft > 0 ? t('signin.throttled', { s: secondsLeft }) : t('signin.again'));
	}
	if (p.status >= 500 || p.status === 0) return say(t('signin.away'));
	return p;
}

export function SignInForm({ compact = false, name: known = '', onDone }: SignInFormProps) {
	const [name, setName] = useState(known);
	const [password, setPassword] = useState('');
	const [waitUntil, setWaitUntil] = useState(0);
	const now = useNow(waitUntil > 0 ? 500 : null);
	const left = Math.max(0, Math.ceil((waitUntil - now) / 1000));
	const signIn = useMutation({
		mutationFn: () => post<Session>('/auth/signin', { name, password }),
		onSuccess: (session) => {
			adopt(session);
			onDone();
		},
		onError: (error) => {
			const p = asProblem(error);
			if (p.status === 429) setWaitUntil(Date.now() + 1000 * (p.retryAfterS ?? 5));
		},
	});
	function onSubmit(e: FormEvent): void {
		e.preventDefault();
		if (!signIn.isPending && left === 0) signIn.mutate();
	}
	return (
		<form className={compact ? css.compact : css.form} onSubmit={onSubmit}>
			<TextInput
				label={t('signin.name')}
				name="username"
				autoComplete="username"
				autoCapitalize="none"
				spellCheck={false}
				required
				withAsterisk={false}
				autoFocus={!compact}
				value={name}
				onChange={(e) => setName(e.currentTarget.value)}
			/>
			<PasswordInput
				label={t('signin.password')}
				name="password"
				autoComplete="current-password"
				required
				withAsterisk={false}
				value={password}
				visibilityToggleButtonProps={{ 'aria-label': t('signin.show'), tabIndex: 0 }}
				onChange={(e) => setPassword(e.currentTarget.value)}
			/>
			{signIn.isError ? <ProblemLine error={refusal(signIn.error, left)} /> : null}
			<Button type="submit" disabled={signIn.isPending || left > 0}>
				{signIn.isPending ? t('signin.busy') : t('signin.button')}
			</Button>
		</form>
	);
}
