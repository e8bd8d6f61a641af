// SPDX-License-Identifier: Apache-2.0
// AccountBar - our signature: where every row went, as a thin bar and as an equation.
import { Fragment, type ReactNode } from 'react';
import type { Account } from '../api/types';
import { t, word } from '../i18n';
import { equations, shortEquation, type Equation, type Part } from '../lib/account';
import { count } from '../lib/format';
import css from './AccountBar.module.css';

export interface AccountBarProps {
	account: Account | null | undefined;
	/** bar: for a table cell; short: with its numbers beside it; full: with its equation under it */
	size?: 'bar' | 'short' | 'full';
	/** wraps a number so that it opens the rows it counts */
	link?: (part: Part, text: ReactNode) => ReactNode;
}

function sentence(e: Equation): string {
	const parts = e.parts.map((p) => `${count(p.count)} ${word('part', p.name)}`);
	const equation = t('account.equation', {
		total: count(e.total),
		parts: parts.length === 0 ? '0' : parts.join(' + '),
	});
	if (e.repaired === undefined) return equation;
	return `${equation}; ${t('account.repaired', { rows: count(e.repaired) })}`;
}

function Bar({ e }: { e: Equation }) {
	return (
		<span className={css.bar} role="img" aria-label={sentence(e)} title={sentence(e)}>
			{e.parts.map((p) => (
				<span key={p.name} className={css[p.name]} style={{ flexGrow: p.count }} />
			))}
		</span>
	);
}

function Words({ e, link }: { e: Equation; link: AccountBarProps['link'] }) {
	const linked = (part: Part, text: ReactNode) => (link === undefined ? text : link(part, text));
	return (
		<p className={css.words}>
			{e.stage === 'whole' ? null : (
				<span className={css.stage}>{word('account.stage', e.stage)} </span>
			)}
			<span>{t('account.in', { total: count(e.total) })}</span>
			<span aria-hidden="true"> = </span>
			{e.parts.map((p, i) => (
				<Fragment key={p.name}>
					{i === 0 ? null : <span className="dim"> + </span>}
					<span className={css.part}>
						<i className={`${css.key} ${css[p.name]}`} aria-hidden="true" />
						{linked(
							p,
							<>
								{count(p.count)} {word('part', p.name)}
							</>,
						)}
					</span>
				</Fragment>
			))}
			{e.parts.length === 0 ? '0' : null}
		</p>
	);
}

/** Only what leads somewhere has a number here: the bar says the rest. */
function Short({ e, link }: { e: Equation; link: NonNullable<AccountBarProps['link']> }) {
	return (
		<span className={css.short}>
			<Bar e={e} />
			{e.parts.map((p) => {
				const name = `${count(p.count)} ${word('part', p.name)}`;
				const text = (
					<>
						<span className="srOnly">{name}</span>
						<span aria-hidden="true" title={name}>
							{count(p.count)}
						</span>
					</>
				);
				const linked = link(p, text);
				return linked === text ? null : (
					<span key={p.name} className={css.number}>
						<i className={`${css.key} ${css[p.name]}`} aria-hidden="true" />
						{linked}
					</span>
				);
			})}
		</span>
	);
}

export function AccountBar({ account, size = 'full', link }: AccountBarProps) {
	if (size !== 'full') {
		const e = shortEquation(account);
		if (e === null) return null;
		return size === 'short' && link !== undefined ? <Short e={e} link={link} /> : <Bar e={e} />;
	}
	const list = equations(account);
	if (list.length === 0) return null;
	return (
		<div className={css.full} data-part="account">
			{list.map((e) => (
				<div key={e.stage}>
					<Bar e={e} />
					<Words e={e} link={link} />
				</div>
			))}
		</div>
	);
}
