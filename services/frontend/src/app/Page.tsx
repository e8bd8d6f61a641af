// SPDX-License-Identifier: Apache-2.0
// Page - title line, actions and content of one screen; sets the title of the window.
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import css from './Page.module.css';

export interface PageProps {
	title: ReactNode;
	/** the window's title, when title is not plain text */
	name: string;
	actions?: ReactNode;
	/** the content scrolls by itself (a grid) and takes the height that is left */
	fill?: boolean;
	children: ReactNode;
}

export function Page({ title, name, actions, fill = false, children }: PageProps) {
	useDocumentTitle(`${name} · Millrace`);
	return (
		<div className={fill ? `${css.page} ${css.fill}` : css.page}>
			<header className={css.head}>
				<h1>{title}</h1>
				{actions === undefined ? null : <div className={css.actions}>{actions}</div>}
			</header>
			{children}
		</div>
	);
}
