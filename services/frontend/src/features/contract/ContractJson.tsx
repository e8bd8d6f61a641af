// SPDX-License-Identifier: Apache-2.0
// ContractJson - the same document as text; what is not JSON or not a contract is said, not saved.
import { Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ContractDoc } from '../../api/types';
import { t } from '../../i18n';

const print = (doc: ContractDoc) => JSON.stringify(doc, null, 2);

function read(text: string): ContractDoc | string {
	try {
		const doc: unknown = JSON.parse(text);
		const fields = (doc as ContractDoc | null)?.fields;
		return Array.isArray(fields) ? (doc as ContractDoc) : t('contract.json_fields');
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

interface ContractJsonProps {
	doc: ContractDoc;
	onEdit: ((doc: ContractDoc) => void) | undefined;
}

export function ContractJson({ doc, onEdit }: ContractJsonProps) {
	const [text, setText] = useState(() => print(doc));
	const [fault, setFault] = useState<string | null>(null);
	useEffect(() => {
		setText((old) => {
			const now = read(old);
			return typeof now !== 'string' && print(now) === print(doc) ? old : print(doc);
		});
	}, [doc]);
	return (
		<Textarea
			aria-label={t('contract.json_label')}
			readOnly={onEdit === undefined}
			autosize
			minRows={16}
			spellCheck={false}
			styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } }}
			value={text}
			error={fault}
			onChange={(e) => {
				const value = e.currentTarget.value;
				setText(value);
				const next = read(value);
				setFault(typeof next === 'string' ? next : null);
				if (typeof next !== 'string') onEdit?.(next);
			}}
		/>
	);
}
