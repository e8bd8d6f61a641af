// SPDX-License-Identifier: Apache-2.0
// FileLook - what a file holds, judged from its front: how it is read, its columns, its first rows.
import type { Inspection, InspectionColumn } from '../../api/types';
import { CellValue } from '../../components/CellValue';
import { t, word } from '../../i18n';
import { bytes, count } from '../../lib/format';
import { typeOf as typeOfField } from '../contract/fields';
import css from './Import.module.css';
import { moreTables, type Tables } from './moreTables';
import { useInspection } from './useInspection';

const ROWS = 5;
const COLUMNS = 60;

interface Dialect extends Tables {
	delimiter?: string;
	line_end?: string;
	why?: string | null;
	doubt?: string | null;
	preamble_lines?: number;
	footer_rows?: number;
}

/** What stands in the file and is no data, or not read: a person should know of it. */
export function LeftOut({ dialect }: { dialect: unknown }) {
	const d = (dialect ?? {}) as Dialect;
	const { preamble_lines: before = 0, footer_rows: after = 0 } = d;
	const lines = before > 0 || after > 0 ? t('look.left_out', { before, after }) : undefined;
	const left = [lines, moreTables(d)].filter((text) => text !== undefined);
	return left.length === 0 ? null : <strong> {left.join(' ')}</strong>;
}

/** In the words of the contract it will have. */
function typeOf({ name, type, format, exact_type: exact }: InspectionColumn): string {
	const field = { name, type, ...(format === undefined ? {} : { format }) };
	return word('type', typeOfField(exact === undefined ? field : { ...field, millrace: { type: exact } }));
}

function TwoWays({ found }: { found: Inspection }) {
	const columns = (found.columns ?? []).filter((c) => c.ambiguous !== undefined);
	if (columns.length === 0) return null;
	return (
		<div className={css.twoWays}>
			{t('look.two_ways')}
			<ul>
				{columns.map((c, i) => (
					<li key={i}>
						<strong>{c.header}</strong> {c.ambiguous}
					</li>
				))}
			</ul>
		</div>
	);
}

function HowRead({ found }: { found: Inspection }) {
	const d = (found.dialect ?? {}) as Dialect;
	const packed = found.compression === 'none' ? undefined : found.compression;
	const parts = [packed, d.delimiter, found.encoding, d.line_end?.toUpperCase()];
	return (
		<p className="small dim">
			{t('look.read', { how: parts.filter(Boolean).join(' · ') })}{' '}
			{found.whole === true
				? t('look.rows', { n: found.rows_seen ?? 0, rows: count(found.rows_seen ?? 0) })
				: t('look.front', { rows: count(found.rows_seen ?? 0), size: bytes(found.bytes) })}
			<LeftOut dialect={d} />
			{d.why ? <span title={d.why}> {t('look.why', { why: d.why })}</span> : null}
			{d.doubt ? <span className={css.doubt}> {d.doubt}</span> : null}
		</p>
	);
}

function Table({ found }: { found: Inspection }) {
	const columns = (found.columns ?? []).slice(0, COLUMNS);
	return (
		<div className={css.look} role="region" aria-label={t('look.label')} tabIndex={0}>
			<table>
				<thead>
					<tr>
						{columns.map((c, i) => (
							<th key={i} scope="col">
								<span className="cut">{c.header}</span>
								<span className={css.type}>
									{typeOf(c)}
									{c.ambiguous === undefined ? '' : ' ?'}
								</span>
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{(found.rows ?? []).slice(0, ROWS).map((row, i) => (
						<tr key={i}>
							{columns.map((_, c) => (
								<td key={c}>
									<CellValue value={row[c] ?? ''} max={40} />
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

export function FileLook({ file }: { file: File | undefined }) {
	const { found, looking } = useInspection(file);
	if (looking) {
		return (
			<p className="small dim" role="status">
				{t('look.looking')}
			</p>
		);
	}
	if (found === undefined) return null;
	if (found.verdict === 'unusable') {
		const text = (found.reason as { text?: string } | null)?.text ?? '';
		return (
			<p role="status" className={css.unusable}>
				{t('look.unusable', { text })}
			</p>
		);
	}
	return (
		<section className={css.lookBox} data-part="look">
			<HowRead found={found} />
			<Table found={found} />
			<TwoWays found={found} />
		</section>
	);
}
