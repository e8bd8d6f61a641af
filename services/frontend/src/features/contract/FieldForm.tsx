// SPDX-License-Identifier: Apache-2.0
// FieldForm - one column of a contract: what it is called, how its cells are read, what they may be.
import { Select } from '@mantine/core';
import type { ContractField } from '../../api/types';
import { t, word } from '../../i18n';
import css from './Contract.module.css';
import { FieldLimits } from './FieldLimits';
import { FieldReading } from './FieldReading';
import { Line } from './Line';
import { listOf, typeOf, types, withOwn, withType, type FieldType } from './fields';

export interface FieldFormProps {
	field: ContractField;
	onEdit: ((field: ContractField) => void) | undefined;
}

export function FieldForm({ field, onEdit }: FieldFormProps) {
	const off = onEdit === undefined;
	const type = typeOf(field);
	const known = types.includes(type as FieldType) ? [...types] : [...types, type];
	return (
		<div className={css.form}>
			<Line
				label={t('contract.name')}
				value={field.name}
				disabled={off}
				onDone={(name) => name.trim() !== '' && onEdit?.({ ...field, name: name.trim() })}
			/>
			<Select
				label={t('contract.type')}
				disabled={off}
				allowDeselect={false}
				value={type}
				data={known.map((value) => ({ value, label: word('type', value) }))}
				onChange={(value) => value !== null && onEdit?.(withType(field, value as FieldType))}
			/>
			<FieldLimits field={field} onEdit={onEdit} />
			<FieldReading field={field} onEdit={onEdit} />
			<Line
				label={t('contract.aliases')}
				help={t('contract.aliases_help')}
				value={(field.millrace?.aliases ?? []).join('; ')}
				disabled={off}
				onDone={(v) => onEdit?.(withOwn(field, 'aliases', listOf(v)))}
			/>
		</div>
	);
}
