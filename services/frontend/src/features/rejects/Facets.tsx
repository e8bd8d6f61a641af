// SPDX-License-Identifier: Apache-2.0
// Facets - what was refused, counted by rule and by column; a click shows just those.
import { NativeSelect } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { query } from '../../api/client';
import type { RejectSummary, Report, Run } from '../../api/types';
import { t } from '../../i18n';
import { rejectedOf } from '../../lib/account';
import { count, time } from '../../lib/format';
import { byColumn, byRule, byShape } from './facetsModel';
import css from './Rejects.module.css';

export interface FacetChange {
	run?: string | undefined;
	rule?: string | undefined;
	column?: string | undefined;
	shape?: string | undefined;
}

interface FacetsProps {
	dataset: string;
	run: string | undefined;
	runs: Run[];
	summary: RejectSummary | undefined;
	rule: string | undefined;
	column: string | undefined;
	shape: string | undefined;
	/** shapes of refused cells, most frequent first */
	shapes: Report['shapes'];
	mayDownload: boolean;
	onChange: (change: FacetChange) => void;
}

interface FacetProps {
	title: string;
	values: Array<[string, number]>;
	chosen: string | undefined;
	onChoose: (value: string | undefined) => void;
}

function Facet({ title, values, chosen, onChoose }: FacetProps) {
	if (values.length === 0) return null;
	return (
		<section>
			<h2 className="minor">{title}</h2>
			<ul className={css.facet}>
				{values.map(([value, n]) => (
					<li key={value}>
						<button
							type="button"
							aria-pressed={chosen === value}
							onClick={() => onChoose(chosen === value ? undefined : value)}
						>
							<span className="cut">{value}</span>
							<span className="num">{count(n)}</span>
						</button>
					</li>
				))}
			</ul>
		</section>
	);
}

export function Facets(props: FacetsProps) {
	const { dataset, run, runs, summary } = props;
	const chosen = { rule: props.rule, column: props.column };
	const path = `/api/datasets/${encodeURIComponent(dataset)}/rejects/download${query({ run })}`;
	return (
		<aside className={css.facets} aria-label={t('rejects.facets')}>
			{runs.length > 1 ? (
				<NativeSelect
					label={t('rejects.run')}
					value={run ?? ''}
					onChange={(e) =>
						props.onChange({
							run: e.currentTarget.value,
							rule: undefined,
							column: undefined,
							shape: undefined,
						})
					}
					data={runs.map((r) => ({
						value: r.id,
						label: t('rejects.run_option', {
							no: r.no,
							at: time(r.created_at),
							n: count(rejectedOf(r.account)),
						}),
					}))}
				/>
			) : null}
			<p className={css.total}>
				{t('rejects.total', { n: summary?.total ?? 0, total: count(summary?.total ?? 0) })}
			</p>
			<Facet
				title={t('rejects.by_rule')}
				values={byRule(summary, chosen)}
				chosen={props.rule}
				onChoose={(rule) => props.onChange({ rule, shape: undefined })}
			/>
			<Facet
				title={t('rejects.by_column')}
				values={byColumn(summary, chosen)}
				chosen={props.column}
				onChoose={(column) => props.onChange({ column, shape: undefined })}
			/>
			<Facet
				title={t('rejects.by_shape')}
				values={byShape(props.shapes, chosen, props.shape)}
				chosen={props.shape}
				onChoose={(shape) => props.onChange({ shape })}
			/>
			{props.mayDownload ? (
				<a className={css.download} href={path} download>
					<IconDownload size={16} stroke={1.75} aria-hidden="true" />
					{t('rejects.download')}
				</a>
			) : null}
		</aside>
	);
}
