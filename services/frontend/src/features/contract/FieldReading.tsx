// SPDX-License-Identifier: Apache-2.0
// FieldReading - how the cells of a column are read: notation, zone, and what is done to them before.
import { MultiSelect } from '@mantine/core';
import type { ContractField } from '../../api/types';
import { t, word } from '../../i18n';
import css from './Contract.module.css';
import type { FieldFormProps } from './FieldForm';
import { Line } from './Line';
import { numbers, times, typeOf, withMember, withOwn } from './fields';

const changes = ['trim', 'lower', 'upper', 'nfc'];

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

function Numbers({ field, onEdit }: FieldFormProps) {
	const off = onEdit === undefined;
	return (
		<div className={css.pair}>
			<Line
				label={t('contract.decimal_char')}
				value={text(field.decimalChar)}
				disabled={off}
				mono
				onDone={(v) => onEdit?.(withMember(field, 'decimalChar', v))}
			/>
			<Line
				label={t('contract.group_char')}
				value={text(field.groupChar)}
				disabled={off}
				mono
				onDone={(v) => onEdit?.(withMember(field, 'groupChar', v))}
			/>
		</div>
	);
}

function Times({ field, onEdit }: FieldFormProps) {
	const off = onEdit === undefined;
	const set = (key: string) => (v: string) => onEdit?.(withOwn(field, key, v.trim()));
	return (
		<>
			<Line
				label={t('contract.format')}
				help={t('contract.format_help')}
				value={text(field.format)}
				disabled={off}
				mono
				onDone={(v) => onEdit?.(withMember(field, 'format', v.trim()))}
			/>
			<div className={css.pair}>
				<Line
					label={t('contract.locale')}
					value={text(field.millrace?.locale)}
					disabled={off}
					onDone={set('locale')}
				/>
				{typeOf(field) === 'timestamptz' ? (
					<Line
						label={t('contract.zone')}
						value={text(field.millrace?.zone)}
						disabled={off}
						onDone={set('zone')}
					/>
				) : null}
			</div>
		</>
	);
}

function chosen(field: ContractField): string[] {
	const list = field.millrace?.normalise;
	return Array.isArray(list) ? list.map(String) : [];
}

export function FieldReading({ field, onEdit }: FieldFormProps) {
	const type = typeOf(field);
	return (
		<>
			{numbers.includes(type) ? <Numbers field={field} onEdit={onEdit} /> : null}
			{times.includes(type) ? <Times field={field} onEdit={onEdit} /> : null}
			<MultiSelect
				label={t('contract.normalise')}
				description={t('contract.normalise_help')}
				disabled={onEdit === undefined}
				value={chosen(field)}
				data={changes.map((value) => ({ value, label: word('normalise', value) }))}
				onChange={(value) => onEdit?.(withOwn(field, 'normalise', value))}
			/>
		</>
	);
}
