// SPDX-License-Identifier: Apache-2.0
// CellValue - a stored value as it is: null, "", blanks and control bytes can be told apart.
import type { Cell } from '../api/types';
import { t } from '../i18n';
import { count } from '../lib/format';
import { visible } from '../lib/visible';
import css from './CellValue.module.css';

const MAX = 200;

export function CellValue({ value, max = MAX }: { value: Cell | undefined; max?: number }) {
	if (value === null || value === undefined) return <i className={css.null}>null</i>;
	if (value === '') return <span className={css.mark}>&quot;&quot;</span>;
	const text = String(value);
	return (
		<bdi dir="auto">
			{visible(text, max).map((piece, i) =>
				piece.mark ? (
					<span key={i} className={css.mark}>
						{piece.text}
					</span>
				) : (
					piece.text
				),
			)}
			{text.length > max ? (
				<span className={css.mark}>{t('cell.more', { n: count(text.length) })}</span>
			) : null}
		</bdi>
	);
}

/** What copying yields. */
export function storedText(value: Cell | undefined): string {
	return value === null || value === undefined ? '' : String(value);
}
