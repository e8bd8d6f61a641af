// SPDX-License-Identifier: Apache-2.0
// Evidence - why a column was guessed as it was: what the file showed, said plainly.
import type { ContractField } from '../../api/types';
import { t } from '../../i18n';
import { count } from '../../lib/format';
import css from './Contract.module.css';
import { evidenceOf, fileEvidence, type Misfit } from './evidenceModel';

function Fell({ list }: { list: Misfit[] | undefined }) {
	return (list ?? []).map((m) => (
		<li key={m.type}>
			{m.text ?? m.type} <span className="dim">{t('evidence.misfits', { n: m.misfits })}</span>
		</li>
	));
}

function WouldBeRefused({ list }: { list: Misfit[] | undefined }) {
	return (list ?? []).map((m) => (
		<li key={m.type} className={css.bad}>
			{t('evidence.refused', {
				n: m.misfits,
				cells: (m.first ?? [])
					.map((c) => t('evidence.cell', { line: count(c.line), value: c.value ?? '…' }))
					.join(', '),
			})}
		</li>
	));
}

export function Evidence(props: { evidence: unknown; field: ContractField; index: number }) {
	const e = evidenceOf(props.evidence, props.field, props.index);
	if (e === null) return null;
	return (
		<section className={css.evidence}>
			<h2 className="minor">{t('contract.evidence')}</h2>
			<ul>
				<li>
					{t('evidence.fits', {
						fits: count(e.fits),
						values: count(e.values),
						chosen: e.chosen,
						empty: count(e.empty),
					})}
				</li>
				{e.header === props.field.name ? null : (
					<li>{t('evidence.header', { header: e.header })}</li>
				)}
				{e.ambiguous === undefined ? null : <li className={css.warn}>{e.ambiguous}</li>}
				<WouldBeRefused list={e.would_be_rejected} />
				<Fell list={e.fell} />
			</ul>
		</section>
	);
}

/** One line on the file the draft was guessed from. */
export function FileLine({ evidence }: { evidence: unknown }) {
	const e = fileEvidence(evidence);
	if (e?.rows === undefined) return null;
	const d = e.dialect;
	const dialect = [d?.delimiter, d?.encoding, d?.line_end?.toUpperCase()].filter(Boolean).join(' · ');
	return (
		<p className="small dim">
			{t('evidence.file', { rows: count(e.rows), n: e.rows, dialect })}
			{e.budget === undefined ? null : <span className={css.warn}> {e.budget}</span>}
		</p>
	);
}
