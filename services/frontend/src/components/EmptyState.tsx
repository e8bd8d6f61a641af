// SPDX-License-Identifier: Apache-2.0
// EmptyState - what stands where nothing is yet: one sentence, one next step, at the top left.
import type { ReactNode } from 'react';
import css from './EmptyState.module.css';

export interface EmptyStateProps {
	title: string;
	text?: ReactNode;
	/** the one next step */
	children?: ReactNode;
}

export function EmptyState({ title, text, children }: EmptyStateProps) {
	return (
		<div className={css.empty} data-part="empty">
			<p className={css.title}>{title}</p>
			{text === undefined ? null : <p className="dim">{text}</p>}
			{children === undefined ? null : <div className={css.step}>{children}</div>}
		</div>
	);
}
