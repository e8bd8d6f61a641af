// SPDX-License-Identifier: Apache-2.0
// ContractForm - the columns as rows, the chosen one as a form with its evidence, then the file's rules.
import { useCallback, useMemo } from 'react';
import type { ContractDoc, ContractField } from '../../api/types';
import { DataGrid, type Column } from '../../components/DataGrid';
import { t, word } from '../../i18n';
import css from './Contract.module.css';
import { Evidence } from './Evidence';
import { ambiguousFields } from './evidenceModel';
import { FieldForm } from './FieldForm';
import { FileRules } from './FileRules';
import { RowRules } from './RowRules';
import { rulesText, typeOf, withField } from './fields';

interface ContractFormProps {
	doc: ContractDoc;
	evidence: unknown;
	chosen: string | undefined;
	onChoose: (field: string) => void;
	onEdit: ((doc: ContractDoc) => void) | undefined;
}

const columnsOf = (doubtful: ReadonlySet<string>): Array<Column<ContractField>> => [
	{ id: 'name', title: t('contract.name'), width: 170, mono: true, cell: (f) => f.name, text: (f) => f.name },
	{
		id: 'type',
		title: t('contract.type'),
		width: doubtful.size === 0 ? 108 : 184,
		cell: (f) => (
			<>
				{word('type', typeOf(f))}
				{doubtful.has(f.name) ? (
					<strong className={css.warn}> {t('contract.two_ways_mark')}</strong>
				) : null}
			</>
		),
		text: (f) => typeOf(f),
	},
	{
		id: 'rules',
		title: t('contract.rules'),
		width: 200,
		cell: (f) => rulesText(f, { required: t('contract.required'), unique: t('contract.unique') }),
		text: (f) => rulesText(f, { required: t('contract.required'), unique: t('contract.unique') }),
	},
	{
		id: 'aliases',
		title: t('contract.aliases'),
		width: 160,
		cell: (f) => <span className="dim">{(f.millrace?.aliases ?? []).join('; ')}</span>,
		text: (f) => (f.millrace?.aliases ?? []).join('; '),
	},
];

export function ContractForm({ doc, evidence, chosen, onChoose, onEdit }: ContractFormProps) {
	const index = Math.max(
		0,
		doc.fields.findIndex((f) => f.name === chosen),
	);
	const field = doc.fields[index];
	const columns = useMemo(
		() => columnsOf(new Set(ambiguousFields(evidence, doc.fields))),
		[evidence, doc.fields],
	);
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
			<RowRules doc={doc} onEdit={onEdit} />
			<FileRules doc={doc} evidence={evidence} onEdit={onEdit} />
		</>
	);
}
