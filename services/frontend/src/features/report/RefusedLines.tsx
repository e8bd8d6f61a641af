// SPDX-License-Identifier: Apache-2.0
// RefusedLines - what was refused by rule and column, with the shapes of the cells; each opens its rows.
import { Link } from '@tanstack/react-router';
import { refOf } from '../../api/client';
import type { Report } from '../../api/types';
import { t } from '../../i18n';
import { count } from '../../lib/format';
import css from './Report.module.css';

const SHAPES = 4;

interface Refused {
	rule: string;
	column: string | null;
	count: number;
}

export function RefusedLines({ report }: { report: Report }) {
	const rules = report.rules as unknown as Refused[];
	if (report.rejects.total === 0) return null;
	const dataset = refOf(report.domain, report.dataset);
	const shapesOf = (r: Refused) =>
		report.shapes
			.filter((s) => s.rule === r.rule && s.column === r.column && s.shape !== null && s.shape !== '')
			.slice(0, SHAPES);
	const search = (r: Refused, shape?: string) => ({
		run: report.run_id,
		rule: r.rule,
		column: r.column ?? undefined,
		shape,
	});
	return (
		<section aria-labelledby="refused-title">
			<h2 className="minor" id="refused-title">
				{t('rejects.total', { n: report.rejects.total, total: count(report.rejects.total) })}
			</h2>
			<ul className={css.refused}>
				{rules.map((r) => (
					<li key={`${r.rule} ${r.column ?? ''}`}>
						<Link to="/datasets/$dataset/rejects" params={{ dataset }} search={search(r)}>
							<span className="num">{count(r.count)}</span>
							<span className="mono">{r.rule}</span>
							<span>{r.column ?? t('rejects.whole_row')}</span>
						</Link>
						{shapesOf(r).map((s) => (
							<Link
								key={s.shape}
								className={css.shapeLink}
								to="/datasets/$dataset/rejects"
								params={{ dataset }}
								search={search(r, s.shape ?? undefined)}
							>
								<code>{s.shape}</code> <span className="num">{count(s.count)}</span>
							</Link>
						))}
					</li>
				))}
			</ul>
		</section>
	);
}
