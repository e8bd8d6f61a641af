// SPDX-License-Identifier: Apache-2.0
// FileRules - what holds for the file as a whole: nulls, columns too many or too few, key, budget.
import { MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import type { ContractDoc } from '../../api/types';
import { t, word } from '../../i18n';
import css from './Contract.module.css';
import { FileLine } from './Evidence';
import { foreignKeys, missingText, primaryKey, withMissing, withPrimaryKey } from './fields';

interface FileRulesProps {
	doc: ContractDoc;
	evidence: unknown;
	onEdit: ((doc: ContractDoc) => void) | undefined;
}

/** To be read here; they are changed in the JSON. */
function ForeignKeys({ doc }: { doc: ContractDoc }) {
	const keys = foreignKeys(doc);
	if (keys.length === 0) return null;
	return (
		<section aria-label={t('contract.foreign_keys')}>
			<h3>{t('contract.foreign_keys')}</h3>
			<p className="small dim">{t('contract.foreign_keys_help')}</p>
			<ul className={css.keys}>
				{keys.map((k, i) => (
					<li key={i}>
						{t(k.resource === '' ? 'contract.foreign_key_self' : 'contract.foreign_key', {
							fields: k.fields.join(', '),
							to: k.to.join(', '),
							name: k.resource,
						})}
					</li>
				))}
			</ul>
		</section>
	);
}

export function FileRules({ doc, evidence, onEdit }: FileRulesProps) {
	const own = doc.millrace ?? {};
	const off = onEdit === undefined;
	return (
		<section className={css.rules}>
			<h2>{t('contract.file_rules')}</h2>
			<FileLine evidence={evidence} />
			<div className={css.ruleRow}>
				<TextInput
					label={t('contract.missing')}
					description={t('contract.missing_help')}
					disabled={off}
					defaultValue={missingText(doc)}
					onBlur={(e) => {
						const next = withMissing(doc, e.currentTarget.value);
						if (next !== doc) onEdit?.(next);
					}}
				/>
				<Select
					label={t('contract.extra')}
					description={t('contract.extra_help')}
					disabled={off}
					allowDeselect={false}
					value={own.extra_columns ?? 'reject'}
					data={['reject', 'ignore'].map((value) => ({ value, label: word('extra', value) }))}
					onChange={(value) =>
						onEdit?.({ ...doc, millrace: { ...own, extra_columns: value as 'reject' | 'ignore' } })
					}
				/>
				<Select
					label={t('contract.missing_columns')}
					description={t('contract.missing_columns_help')}
					disabled={off}
					allowDeselect={false}
					value={own.missing_columns ?? 'reject'}
					data={['reject', 'null'].map((value) => ({ value, label: word('missing', value) }))}
					onChange={(value) =>
						onEdit?.({ ...doc, millrace: { ...own, missing_columns: value as 'reject' | 'null' } })
					}
				/>
				<MultiSelect
					label={t('contract.primary_key')}
					description={t('contract.primary_key_help')}
					disabled={off}
					value={primaryKey(doc)}
					data={doc.fields.map((f) => f.name)}
					onChange={(names) => onEdit?.(withPrimaryKey(doc, names))}
				/>
				<Select
					label={t('contract.bad_rows')}
					description={t('contract.bad_rows_help')}
					disabled={off}
					allowDeselect={false}
					value={(own.bad_rows as string | undefined) ?? 'reject'}
					data={['reject', 'repair'].map((value) => ({ value, label: word('bad_rows', value) }))}
					onChange={(value) => onEdit?.({ ...doc, millrace: { ...own, bad_rows: value } })}
				/>
				<NumberInput
					label={t('contract.budget')}
					description={t('contract.budget_help')}
					disabled={off}
					min={0}
					max={100}
					suffix=" %"
					value={own.budget_pct ?? 1}
					onChange={(value) => {
						if (typeof value === 'number' && value !== own.budget_pct) {
							onEdit?.({ ...doc, millrace: { ...own, budget_pct: value } });
						}
					}}
				/>
			</div>
			<ForeignKeys doc={doc} />
		</section>
	);
}
