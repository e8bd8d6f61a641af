// SPDX-License-Identifier: Apache-2.0
// RawRow - the bytes of a refused row, the bad cell marked by icon, ground and underline.
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Reject } from '../../api/types';
import { CellValue } from '../../components/CellValue';
import { t } from '../../i18n';
import { cutAt, cutAtChars } from '../../lib/rawRow';
import css from './Rejects.module.css';

/** Enough before the bad cell to find one's way; the cell itself must be in sight. */
const LEAD = 26;
const lead = (s: string) => (s.length > LEAD + 4 ? `…${s.slice(-LEAD)}` : s);

const withoutEnd = (s: string) => s.replace(/\r?\n$/, '');

/** Where the server says; for older rejects, where we find it ourselves. */
function cutOf(reject: MarkedRow, raw: string, delimiter: string) {
	if (reject.cell !== null) return cutAtChars(raw, reject.cell.at, reject.cell.length);
	return reject.column_index === null ? null : cutAt(raw, reject.column_index, delimiter);
}

export type MarkedRow = Pick<Reject, 'raw' | 'cell' | 'column_index' | 'raw_truncated'>;

export function RawRow({ reject, delimiter }: { reject: MarkedRow; delimiter: string }) {
	if (reject.raw === null) return <i className="dim">{t('rejects.raw_gone')}</i>;
	const raw = withoutEnd(reject.raw);
	const cut = cutOf(reject, raw, delimiter);
	const tail = reject.raw_truncated ? <span className="dim">{t('rejects.raw_cut')}</span> : null;
	if (cut === null) {
		return (
			<span>
				<CellValue value={raw} max={1000} />
				{tail}
			</span>
		);
	}
	return (
		<span title={raw}>
			{cut.before === '' ? null : <CellValue value={lead(cut.before)} />}
			<mark className={css.bad}>
				<IconAlertTriangle size={13} stroke={2} aria-label={t('rejects.bad_cell')} />
				<CellValue value={cut.cell} />
			</mark>
			{cut.after === '' ? null : <CellValue value={cut.after} max={1000} />}
			{tail}
		</span>
	);
}
