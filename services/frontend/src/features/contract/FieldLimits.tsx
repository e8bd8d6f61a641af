// SPDX-License-Identifier: Apache-2.0
// FieldLimits - the constraints of a column; only those that mean something for its type are shown.
import { Checkbox } from '@mantine/core';
import { t } from '../../i18n';
import css from './Contract.module.css';
import type { FieldFormProps } from './FieldForm';
import { Line } from './Line';
import { bound, boundText, lengthOf, listOf, ranged, typeOf, withConstraint } from './fields';

function Bounds({ field, onEdit }: FieldFormProps) {
	const type = typeOf(field);
	return (
		<div className={css.pair}>
			<Line
				label={t('contract.minimum')}
				value={boundText(field.constraints?.minimum)}
				disabled={onEdit === undefined}
				onDone={(v) => onEdit?.(withConstraint(field, 'minimum', bound(type, v)))}
			/>
			<Line
				label={t('contract.maximum')}
				value={boundText(field.constraints?.maximum)}
				disabled={onEdit === undefined}
				onDone={(v) => onEdit?.(withConstraint(field, 'maximum', bound(type, v)))}
			/>
		</div>
	);
}

function Texts({ field, onEdit }: FieldFormProps) {
	const off = onEdit === undefined;
	const c = field.constraints ?? {};
	return (
		<>
			<div className={css.pair}>
				<Line
					label={t('contract.min_length')}
					value={boundText(c.minLength)}
					disabled={off}
					onDone={(v) => onEdit?.(withConstraint(field, 'minLength', lengthOf(v)))}
				/>
				<Line
					label={t('contract.max_length')}
					value={boundText(c.maxLength)}
					disabled={off}
					onDone={(v) => onEdit?.(withConstraint(field, 'maxLength', lengthOf(v)))}
				/>
			</div>
			<Line
				label={t('contract.pattern')}
				help={t('contract.pattern_help')}
				value={c.pattern ?? ''}
				disabled={off}
				mono
				onDone={(v) => onEdit?.(withConstraint(field, 'pattern', v === '' ? undefined : v))}
			/>
		</>
	);
}

export function FieldLimits({ field, onEdit }: FieldFormProps) {
	const off = onEdit === undefined;
	const type = typeOf(field);
	const c = field.constraints ?? {};
	return (
		<>
			<div className={css.pair}>
				<Checkbox
					label={t('contract.required')}
					disabled={off}
					checked={c.required === true}
					onChange={(e) =>
						onEdit?.(
							withConstraint(field, 'required', e.currentTarget.checked ? true : undefined),
						)
					}
				/>
				<Checkbox
					label={t('contract.unique')}
					disabled={off}
					checked={c.unique === true}
					onChange={(e) =>
						onEdit?.(withConstraint(field, 'unique', e.currentTarget.checked ? true : undefined))
					}
				/>
			</div>
			{ranged.includes(type) ? <Bounds field={field} onEdit={onEdit} /> : null}
			{type === 'text' ? <Texts field={field} onEdit={onEdit} /> : null}
			{type === 'duration' ? null : (
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
			)}
		</>
	);
}
