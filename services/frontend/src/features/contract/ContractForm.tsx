// SPDX-License-Identifier: Apache-2.0
// ContractForm - the columns as rows, the chosen one as a form with its evidence, then the file's rules.
import { NumberInput, Select, TextInput } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import type { ContractDoc, ContractField } from '../../api/types';
import { DataGrid, type Column } from '../../components/DataGrid';
import { t, word } from '../../i18n';
import css from './Contract.module.css';
import { Evidence, FileLine } from './Evidence';
import { FieldForm } from './FieldForm';
import { listOf, rulesText, typeOf, withField } from './fields';

interface ContractFormProps {
	doc: ContractDoc;
	evidence: unknown;
	chosen: string | undefined;
	onChoose: (field: string) => void;
	onEdit: ((doc: ContractDoc) => void) | undefined;
}

const columns: Array<Column<ContractField>> = [
	{ id: 'name', title: t('contract.name'), width: 170, mono: true, cell: (f) => f.name, text: (f) => f.name },
	{
		id: 'type',
		title: t('contract.type'),
		width: 108,
		cell: (f) => word('type', typeOf(f)),
		text: (f) => typeOf(f),
	},
	{
		id: 'rules',
		title: t('contract.rules'),
		width: 200,
		cell: (f) => rulesText(f, { required: t('contract.required') }),
		text: (f) => rulesText(f, { required: t('contract.required') }),
	},
	{
		id: 'aliases',
		title: t('contract.aliases'),
		width: 160,
		cell: (f) => <span className="dim">{(f.millrace?.aliases ?? []).join('; ')}</span>,
		text: (f) => (f.millrace?.aliases ?? []).join('; '),
	},
];

function FileRules({ doc, evidence, onEdit }: Pick<ContractFormProps, 'doc' | 'evidence' | 'onEdit'>) {
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
					defaultValue={(doc.missingValues ?? ['']).filter((v) => v !== '').join('; ')}
					onBlur={(e) => {
						const missingValues = ['', ...listOf(e.currentTarget.value)];
						if (missingValues.join(';') !== (doc.missingValues ?? ['']).join(';')) {
							onEdit?.({ ...doc, missingValues });
						}
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
		</section>
	);
}

export function ContractForm({ doc, evidence, chosen, onChoose, onEdit }: ContractFormProps) {
	const index = Math.max(
		0,
		doc.fields.findIndex((f) => f.name === chosen),
	);
	const field = doc.fields[index];
	const choose = useCallback(
		(f: ContractField | undefined) => {
			if (f !== undefined && f.name !== chosen) onChoose(f.name);
		},
		[chosen, onChoose],
	);
	const rowClass = useMemo(
		() => (f: ContractField) => (f === field ? css.chosen : undefined),
		[field],
	);
	return (
		<>
			<div className={css.columns}>
				<div className={css.list}>
					<DataGrid
						primary
						inline
						label={t('contract.columns')}
						columns={columns}
						rows={doc.fields}
						rowKey={(f, i) => `${i}-${f.name}`}
						total={doc.fields.length}
						onActive={choose}
						rowClass={rowClass}
					/>
				</div>
				{field === undefined ? null : (
					<section className={css.field} aria-label={field.name}>
						<FieldForm
							key={`${index}-${field.name}`}
							field={field}
							onEdit={
								onEdit === undefined ? undefined : (next) => onEdit(withField(doc, index, next))
							}
						/>
						<Evidence evidence={evidence} field={field} index={index} />
					</section>
				)}
			</div>
			<FileRules doc={doc} evidence={evidence} onEdit={onEdit} />
		</>
	);
}
