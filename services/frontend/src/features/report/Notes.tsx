// SPDX-License-Identifier: Apache-2.0
// Notes - rows that were repaired and cells that were normalised: kept, but not as they stood; and
// columns of a draft that can be read in two ways.
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { query, refOf } from '../../api/client';
import type { Report } from '../../api/types';
import { CellValue } from '../../components/CellValue';
import { t } from '../../i18n';
import { count } from '../../lib/format';
import css from './Report.module.css';

const FIRST = 20;
const STEP = 200;

function Before({ text }: { text: string }) {
	return (
		<del>
			<CellValue value={text} max={300} />
		</del>
	);
}

function After({ text }: { text: string }) {
	return (
		<ins>
			<CellValue value={text} max={300} />
		</ins>
	);
}

/** All of them, for those who get rows at all. */
function Download({ report }: { report: Report }) {
	const dataset = encodeURIComponent(refOf(report.domain, report.dataset));
	const path = `/api/datasets/${dataset}/repairs/download${query({ run: report.run_id })}`;
	return (
		<a className={css.download} href={path} download>
			<IconDownload size={16} stroke={1.75} aria-hidden="true" />
			{t('notes.download')}
		</a>
	);
}

function Repairs({ report, repairs }: { report: Report; repairs: NonNullable<Report['repairs']> }) {
	const [most, setMost] = useState(FIRST);
	if (repairs.count === 0) return null;
	/* Those who may not see rows get the count alone. */
	const { rows } = repairs;
	const more = Math.min(STEP, (rows?.length ?? 0) - most);
	const all = rows !== undefined && repairs.kept === true;
	const notKept = rows === undefined ? 0 : repairs.count - rows.length;
	return (
		<details>
			<summary>{t('notes.repaired', { n: repairs.count, rows: count(repairs.count) })}</summary>
			<ul className={css.notes}>
				{(rows ?? []).slice(0, most).map((r) => (
					<li key={r.row}>
						<span className="dim">{t('effect.line', { line: count(r.line) })}</span>{' '}
						<span className="mono">{r.rule}</span> {r.message}
						<code>
							<Before text={r.before} />
							<After text={r.after} />
						</code>
					</li>
				))}
			</ul>
			{more > 0 ? (
				<button type="button" className="plain" onClick={() => setMost(most + STEP)}>
					{t('notes.show_more', { n: count(more) })}
				</button>
			) : null}
			{notKept > 0 ? (
				<p className="dim small">
					{t(all ? 'notes.not_shown' : 'notes.not_kept', { n: notKept, rows: count(notKept) })}
				</p>
			) : null}
			{all ? <Download report={report} /> : null}
		</details>
	);
}

export function TwoWays({ report }: { report: Report }) {
	if (report.ambiguous.length === 0) return null;
	return (
		<section className={css.warnings} aria-labelledby="two-ways-title">
			<h2 className="minor" id="two-ways-title">
				{t('notes.two_ways')}
			</h2>
			<ul className={css.notes}>
				{report.ambiguous.map((a) => (
					<li key={a.column}>
						<strong>{a.column}</strong> {a.why}
					</li>
				))}
			</ul>
		</section>
	);
}

export function Notes({ report }: { report: Report }) {
	const { repairs, changes } = report;
	if ((repairs?.count ?? 0) === 0 && changes.length === 0) return null;
	return (
		<section className={css.warnings} aria-labelledby="notes-title">
			<h2 className="minor" id="notes-title">
				{t('notes.title')}
			</h2>
			{repairs == null ? null : <Repairs report={report} repairs={repairs} />}
			{changes.map((c) => (
				<details key={c.column ?? ''}>
					<summary>
						{t('notes.changed', { name: c.column ?? '', n: c.count, cells: count(c.count) })}
					</summary>
					<ul className={css.notes}>
						{(c.examples ?? []).map((e) => (
							<li key={e.row}>
								<span className="dim">{t('effect.line', { line: count(e.line) })}</span>{' '}
								<code>
									<Before text={e.before} /> <After text={e.after} />
								</code>
							</li>
						))}
					</ul>
				</details>
			))}
		</section>
	);
}
