// SPDX-License-Identifier: Apache-2.0
// ProblemLine - a failure, beside the control it belongs to: what, why, what to do, code and id.
import { IconCircleX } from '@tabler/icons-react';
import { asProblem } from '../api/problem';
import { t } from '../i18n';
import { CopyButton } from './CopyButton';
import css from './ProblemLine.module.css';

export interface ProblemLineProps {
	error: unknown;
	onRetry?: (() => void) | undefined;
}

export function ProblemLine({ error, onRetry }: ProblemLineProps) {
	if (error === null || error === undefined) return null;
	const p = asProblem(error);
	return (
		<div className={css.line} role="alert" data-part="problem">
			<IconCircleX size={16} stroke={1.75} aria-hidden="true" className={css.icon} />
			<div className="grow">
				<p>
					<strong>{p.message}</strong>
					{p.detail === null || p.detail === p.message ? null : <span> {p.detail}</span>}
				</p>
				{p.errors.length === 0 ? null : (
					<ul className="small">
						{p.errors.map((e) => (
							<li key={`${e.field}${e.message}`}>
								<code>{e.field}</code> {e.message}
							</li>
						))}
					</ul>
				)}
				<p className={css.foot}>
					{onRetry === undefined ? null : (
						<button type="button" className="plain" onClick={onRetry}>
							{t('problem.retry')}
						</button>
					)}
					<span>{p.code}</span>
					{p.requestId === null ? null : (
						<CopyButton text={p.requestId} label={t('problem.request', { id: p.requestId })} />
					)}
				</p>
			</div>
		</div>
	);
}
