// SPDX-License-Identifier: Apache-2.0
// Line - one line of text in a form; it counts when it is left, not at each key.
import { TextInput } from '@mantine/core';

interface LineProps {
	label: string;
	help?: string;
	value: string;
	disabled: boolean;
	mono?: boolean;
	onDone: (value: string) => void;
}

export function Line({ label, help, value, disabled, mono, onDone }: LineProps) {
	return (
		<TextInput
			label={label}
			description={help}
			disabled={disabled}
			defaultValue={value}
			classNames={mono === true ? { input: 'mono' } : {}}
			onBlur={(e) => {
				if (e.currentTarget.value !== value) onDone(e.currentTarget.value);
			}}
			onKeyDown={(e) => {
				if (e.key === 'Enter') e.currentTarget.blur();
			}}
		/>
	);
}
