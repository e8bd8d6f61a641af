// SPDX-License-Identifier: Apache-2.0
// FieldForm - one column of a contract.
import { Checkbox, Select, TextInput } from '@mantine/core';
import type { ContractField } from '../../api/types';
import { t, word } from '../../i18n';
import css from './Contract.module.css';
import {
	bound,
	boundText,
	listOf,
	typeOf,
	types,
	withAliases,
	withConstraint,
	withType,
	type FieldType,
} from './fields';

interface FieldFormProps {
	field: ContractField;
	onEdit: ((field: ContractField) => void) | undefined;
}

interface LineProps {
	label: string;
	help?: string;
	value: string;
	disabled: boolean;
	onDone: (value: string) => void;
}

/** A text that counts when it is left, not at each key. */
function Line({ label, help, value, disabled, onDone }: LineProps) {
	return (
		<TextInput
			label={label}
			description={help}
			disabled={disabled}
			defaultValue={value}
			onBlur={(e) => {
				if (e.currentTarget.value !== value) onDone(e.currentTarget.value);
			}}
			onKeyDown={(e) => {
				if (e.key === 'Enter') e.currentTarget.blur();
			}}
		/>
	);
}

export function FieldForm({ field, onEdit }: FieldFormProps) {
	const off = onEdit === undefined;
	const type = typeOf(field);
	const c = field.constraints ?? {};
	const ranged = type !== 'boolean' && type !== 'text';
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
				data={types.map((value) => ({ value, label: word('type', value) }))}
				onChange={(value) => value !== null && onEdit?.(withType(field, value as FieldType))}
			/>
			<Checkbox
				label={t('contract.required')}
				disabled={off}
				checked={c.required === true}
				onChange={(e) =>
					onEdit?.(withConstraint(field, 'required', e.currentTarget.checked ? true : undefined))
				}
			/>
			{ranged ? (
				<div className={css.pair}>
					<Line
						label={t('contract.minimum')}
						value={boundText(c.minimum)}
						disabled={off}
						onDone={(v) => onEdit?.(withConstraint(field, 'minimum', bound(type, v)))}
					/>
					<Line
						label={t('contract.maximum')}
						value={boundText(c.maximum)}
						disabled={off}
						onDone={(v) => onEdit?.(withConstraint(field, 'maximum', bound(type, v)))}
					/>
				</div>
			) : null}
			<Line
				label={t('contract.enum')}
				help={t('contract.list_help')}
				value={(c.enum ?? []).join('; ')}
				disabled={off}
				onDone={(v) => {
					const values = listOf(v).map((word) => bound(type, word) ?? word);
					onEdit?.(withConstraint(field, 'enum', values.length === 0 ? undefined : values));
				}}
			/>
			<Line
				label={t('contract.aliases')}
				help={t('contract.aliases_help')}
				value={(field.millrace?.aliases ?? []).join('; ')}
				disabled={off}
				onDone={(v) => onEdit?.(withAliases(field, listOf(v)))}
			/>
		</div>
	);
}
