// SPDX-License-Identifier: Apache-2.0
// CopyButton - copies a text and says so in place.
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { t } from '../i18n';
import css from './CopyButton.module.css';

export function CopyButton({ text, label }: { text: string; label: string }) {
	const [copied, setCopied] = useState(false);
	useEffect(() => {
		if (!copied) return undefined;
		const timer = setTimeout(() => setCopied(false), 2000);
		return () => clearTimeout(timer);
	}, [copied]);
	const Glyph = copied ? IconCheck : IconCopy;
	return (
		<button
			type="button"
			className={css.copy}
			title={text}
			onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
		>
			<span>{label}</span>
			<Glyph size={14} stroke={1.75} aria-hidden="true" />
			<span className="srOnly" role="status">
				{copied ? t('copied') : ''}
			</span>
		</button>
	);
}
