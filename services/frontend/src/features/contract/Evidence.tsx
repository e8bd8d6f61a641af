// SPDX-License-Identifier: Apache-2.0
// Evidence - why a column was guessed as it was: what the file showed, said plainly.
import type { ContractField } from '../../api/types';
import { CellValue } from '../../components/CellValue';
import { t, word } from '../../i18n';
import { count } from '../../lib/format';
import css from './Contract.module.css';

type Facts = Record<string, unknown>;

function isFacts(v: unknown): v is Facts {
	return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** The evidence of one column, by name or by place. */
export function factsOf(evidence: unknown, field: ContractField, index: number): Facts | null {
	if (!isFacts(evidence)) return null;
	const list = evidence['columns'] ?? evidence['fields'];
	if (Array.isArray(list)) {
		const named = list.find((c) => isFacts(c) && (c['name'] === field.name || c['field'] === field.name));
		const found: unknown = named ?? list[index];
		return isFacts(found) ? found : null;
	}
	const direct = evidence[field.name];
	return isFacts(direct) ? direct : null;
}

function Fact({ value }: { value: unknown }) {
	if (Array.isArray(value)) {
		return (
			<ul>
				{value.map((v, i) => (
					<li key={i}>
						<Fact value={v} />
					</li>
				))}
			</ul>
		);
	}
	if (isFacts(value)) {
		const text = value['text'] ?? value['message'];
		if (typeof text === 'string') return <>{text}</>;
		return (
			<>
				{Object.entries(value)
					.map(([k, v]) => `${word('evidence', k)} ${String(v)}`)
					.join(', ')}
			</>
		);
	}
	if (typeof value === 'number') return <>{count(value)}</>;
	if (typeof value === 'boolean') return <>{t(value ? 'yes' : 'no')}</>;
	return (
		<span className="mono">
			<CellValue value={typeof value === 'string' ? value : null} />
		</span>
	);
}

const hidden = new Set(['name', 'field', 'index', 'type']);

export function Evidence(props: { evidence: unknown; field: ContractField; index: number }) {
	const facts = factsOf(props.evidence, props.field, props.index);
	const entries = Object.entries(facts ?? {}).filter(
		([key, value]) =>
			!hidden.has(key) && value !== null && !(Array.isArray(value) && value.length === 0),
	);
	if (entries.length === 0) return null;
	return (
		<section className={css.evidence}>
			<h2 className="minor">{t('contract.evidence')}</h2>
			<dl>
				{entries.map(([key, value]) => (
					<div key={key}>
						<dt>{word('evidence', key)}</dt>
						<dd>
							<Fact value={value} />
						</dd>
					</div>
				))}
			</dl>
		</section>
	);
}
