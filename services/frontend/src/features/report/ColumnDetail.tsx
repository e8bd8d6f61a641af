// SPDX-License-Identifier: Apache-2.0
// ColumnDetail - all that is known of one column: histogram, quantiles, most frequent values, a sample.
import type { ProfileColumn } from '../../api/types';
import { CellValue } from '../../components/CellValue';
import { t, word } from '../../i18n';
import { count, percent } from '../../lib/format';
import { Histogram } from './Histogram';
import { barsOf, quantilesOf, topOf } from './profileModel';
import css from './Report.module.css';

function Top({ column }: { column: ProfileColumn }) {
	const top = topOf(column);
	if (top.length === 0) return null;
	return (
		<section>
			<h3>
				{t('profile.top')} {column.top?.exact === false ? <Sampled /> : null}
			</h3>
			<ol className={css.top}>
				{top.map((v, i) => (
					<li key={i}>
						<span className="cut">
							{v.value === undefined ? <i className="dim">…</i> : <CellValue value={v.value} max={44} />}
						</span>
						<span className="num">{count(v.count)}</span>
						<span className="num dim">{percent(v.share, 1)}</span>
						<span className={css.bar} aria-hidden="true">
							<span style={{ width: `${100 * v.share}%` }} />
						</span>
					</li>
				))}
			</ol>
		</section>
	);
}

function Sampled() {
	return <span className="dim">{t('profile.sampled')}</span>;
}

function Figures({ column }: { column: ProfileColumn }) {
	const figures: Array<[string, string | undefined]> = [
		[t('profile.min'), column.min?.value],
		...quantilesOf(column).map(([q, v]): [string, string] => [word('profile', q), v]),
		[t('profile.max'), column.max?.value],
		[t('profile.mean'), column.mean?.value],
		[
			t('profile.length'),
			column.length?.min === undefined
				? undefined
				: `${count(column.length.min)} – ${count(column.length.max ?? 0)}`,
		],
	];
	return (
		<dl className={css.figures}>
			{figures.map(([name, value]) =>
				value === undefined ? null : (
					<div key={name}>
						<dt>{name}</dt>
						<dd>
							<CellValue value={value} max={44} />
						</dd>
					</div>
				),
			)}
		</dl>
	);
}

export function ColumnDetail({ column }: { column: ProfileColumn }) {
	const bars = barsOf(column);
	const sample = (column.sample ?? []) as Array<{ row?: number; value?: string }>;
	const shown = sample.filter((s) => s.value !== undefined);
	return (
		<section className={css.detail} aria-label={t('profile.of', { name: column.name })}>
			<h2 className="minor">
				{column.name} <span className="dim">{word('type', column.type)}</span>
			</h2>
			{bars.length === 0 ? null : (
				<Histogram bars={bars} name={column.name} width={320} height={96} />
			)}
			<Figures column={column} />
			<Top column={column} />
			{shown.length === 0 ? null : (
				<section>
					<h3>{t('profile.sample')}</h3>
					<p className={css.sample}>
						{shown.map((s, i) => (
							<span key={i} title={t('profile.row', { row: count(s.row ?? 0) })}>
								<CellValue value={s.value ?? ''} max={44} />
							</span>
						))}
					</p>
				</section>
			)}
		</section>
	);
}
