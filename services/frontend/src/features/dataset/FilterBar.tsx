// SPDX-License-Identifier: Apache-2.0
// FilterBar - the conditions on the rows as chips, and a line to add one.
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { t, word } from '../../i18n';
import { loadOf, operators, takesValue, type Condition, type Operator } from '../../lib/filter';
import css from './Dataset.module.css';

interface FilterBarProps {
	columns: string[];
	conditions: Condition[];
	onChange: (conditions: Condition[]) => void;
}

function describe(c: Condition): string {
	const load = loadOf(c);
	if (load !== null) return t('filter.load', { no: load });
	const op = word('op', c.op);
	return takesValue(c.op) ? `${c.column} ${op} ${c.value}` : `${c.column} ${op}`;
}

export function FilterBar({ columns, conditions, onChange }: FilterBarProps) {
	const [column, setColumn] = useState('');
	const [op, setOp] = useState<Operator>('eq');
	const [value, setValue] = useState('');
	function onSubmit(e: FormEvent): void {
		e.preventDefault();
		const name = column === '' ? columns[0] : column;
		if (name === undefined) return;
		onChange([...conditions, { column: name, op, value: takesValue(op) ? value : '' }]);
		setValue('');
	}
	return (
		<div className={css.bar}>
			<form className={css.form} onSubmit={onSubmit} aria-label={t('filter.label')}>
				<NativeSelect
					aria-label={t('filter.column')}
					data-filter
					data={columns}
					value={column === '' ? (columns[0] ?? '') : column}
					onChange={(e) => setColumn(e.currentTarget.value)}
				/>
				<NativeSelect
					aria-label={t('filter.op')}
					data={operators.map((o) => ({ value: o, label: word('op', o) }))}
					value={op}
					onChange={(e) => setOp(e.currentTarget.value as Operator)}
				/>
				{takesValue(op) ? (
					<TextInput
						aria-label={t('filter.value')}
						placeholder={t('filter.value')}
						w={160}
						value={value}
						onChange={(e) => setValue(e.currentTarget.value)}
					/>
				) : null}
				<Button type="submit" variant="default">
					{t('filter.add')}
				</Button>
			</form>
			{conditions.map((c, i) => (
				<span key={`${describe(c)}${i}`} className={css.chip}>
					{describe(c)}
					<button
						type="button"
						aria-label={t('filter.remove', { what: describe(c) })}
						onClick={() => onChange(conditions.filter((_, at) => at !== i))}
					>
						<IconX size={14} aria-hidden="true" />
					</button>
				</span>
			))}
		</div>
	);
}
