// SPDX-License-Identifier: Apache-2.0
// ProfileView - what the good rows of a run hold, a line for each column; one of them in full.
import type { Profile, ProfileColumn } from '../../api/types';
import { CellValue } from '../../components/CellValue';
import { t, word } from '../../i18n';
import { count } from '../../lib/format';
import { ColumnDetail } from './ColumnDetail';
import { Histogram } from './Histogram';
import { barsOf, distinctOf, emptyOf } from './profileModel';
import css from './Report.module.css';

interface ProfileViewProps {
	profile: Profile;
	chosen: string | undefined;
	onChoose: (name: string) => void;
}

function Value({ value }: { value: string | undefined }) {
	return value === undefined ? null : <CellValue value={value} max={24} />;
}

function Line(props: { column: ProfileColumn; chosen: boolean; onChoose: (n: string) => void }) {
	const { column } = props;
	const distinct = distinctOf(column);
	return (
		<tr className={props.chosen ? css.chosen : undefined}>
			<th scope="row">
				<button
					type="button"
					className="plain"
					aria-pressed={props.chosen}
					onClick={() => props.onChoose(column.name)}
				>
					{column.name}
				</button>
			</th>
			<td className="dim">{word('type', column.type)}</td>
			<td className="num">{emptyOf(column)}</td>
			<td className="num" title={distinct.exact ? undefined : t('profile.estimated')}>
				{distinct.exact ? '' : '≈ '}
				{distinct.text}
			</td>
			<td className={css.value}>
				<Value value={column.min?.value} />
			</td>
			<td className={css.value}>
				<Value value={column.max?.value} />
			</td>
			<td className={css.shape}>
				<Histogram bars={barsOf(column)} name={column.name} width={120} height={20} />
			</td>
		</tr>
	);
}

export function ProfileView({ profile, chosen, onChoose }: ProfileViewProps) {
	const column = profile.columns.find((c) => c.name === chosen) ?? profile.columns[0];
	if (column === undefined) return null;
	return (
		<section aria-labelledby="profile-title">
			<h2 className="minor" id="profile-title">
				{t('profile.title')}{' '}
				<span className="dim">
					{t('profile.rows', { n: profile.rows, rows: count(profile.rows) })}
				</span>
			</h2>
			<div className={css.profile}>
				<div className={css.scroll} role="region" aria-label={t('profile.title')} tabIndex={0}>
					<table className={css.table}>
						<thead>
							<tr>
								<th scope="col">{t('profile.column')}</th>
								<th scope="col">{t('profile.type')}</th>
								<th scope="col" className="num">
									{t('profile.empty')}
								</th>
								<th scope="col" className="num">
									{t('profile.distinct')}
								</th>
								<th scope="col">{t('profile.min')}</th>
								<th scope="col">{t('profile.max')}</th>
								<th scope="col">{t('profile.spread')}</th>
							</tr>
						</thead>
						<tbody>
							{profile.columns.map((c) => (
								<Line key={c.name} column={c} chosen={c === column} onChoose={onChoose} />
							))}
						</tbody>
					</table>
					{(profile.columns_left_out ?? 0) === 0 ? null : (
						<p className="dim small">{t('profile.more', { n: profile.columns_left_out ?? 0 })}</p>
					)}
				</div>
				<ColumnDetail column={column} />
			</div>
		</section>
	);
}
