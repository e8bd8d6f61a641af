// SPDX-License-Identifier: Apache-2.0
// ConnectionMark - whether this page hears news, at the foot of the rail.
import { IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import { useNow } from '../lib/useNow';
import { t } from '../i18n';
import { duration } from '../lib/format';
import { useConnection } from '../live/LiveStore';
import css from './ConnectionMark.module.css';

export function ConnectionMark() {
	const { state, lastNews } = useConnection();
	const now = useNow(state === 'silent' ? 1000 : null);
	const silent = state === 'silent';
	const Glyph = silent ? IconPlugConnectedX : IconPlugConnected;
	const since = Math.max(0, Math.round((now - lastNews) / 1000) * 1000);
	const label = silent
		? lastNews === 0
			? t('live.never')
			: t('live.silent', { ago: duration(since) })
		: state === 'live'
			? t('live.on')
			: t('live.starting');
	return (
		<p className={silent ? `${css.mark} ${css.silent}` : css.mark} title={label} data-live={state}>
			<Glyph size={16} stroke={1.75} aria-hidden="true" />
			<span>{label}</span>
		</p>
	);
}
