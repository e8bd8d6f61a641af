// SPDX-License-Identifier: Apache-2.0
// StateMark - the one way a state is shown: icon, word and, where there is one, its sentence.
import {
	IconArrowBackUp,
	IconCircleCheck,
	IconCircleDashed,
	IconCircleHalf2,
	IconCircleOff,
	IconCircleX,
	IconClockPause,
	IconLoader2,
	IconPlayerSkipForward,
	IconPlugConnectedX,
	IconRotateClockwise2,
	IconUserExclamation,
	type Icon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { word } from '../i18n';
import css from './StateMark.module.css';

type Tone = 'dim' | 'accent' | 'ok' | 'warn' | 'bad' | 'need';

const looks: Record<string, readonly [Icon, Tone]> = {
	queued: [IconCircleDashed, 'dim'],
	blocked: [IconCircleDashed, 'dim'],
	waiting: [IconClockPause, 'dim'],
	open: [IconLoader2, 'accent'],
	finishing: [IconLoader2, 'accent'],
	running: [IconLoader2, 'accent'],
	cancelling: [IconLoader2, 'accent'],
	retrying: [IconRotateClockwise2, 'accent'],
	done: [IconCircleCheck, 'ok'],
	finished: [IconCircleCheck, 'ok'],
	live: [IconCircleCheck, 'ok'],
	published: [IconCircleCheck, 'ok'],
	done_with_rejects: [IconCircleHalf2, 'warn'],
	failed: [IconCircleX, 'bad'],
	dead: [IconCircleX, 'bad'],
	expired: [IconCircleOff, 'dim'],
	cancelled: [IconCircleOff, 'dim'],
	skipped: [IconPlayerSkipForward, 'dim'],
	superseded: [IconPlayerSkipForward, 'dim'],
	undone: [IconArrowBackUp, 'dim'],
	none: [IconCircleDashed, 'dim'],
	needs_person: [IconUserExclamation, 'need'],
	draft: [IconUserExclamation, 'need'],
	worker_lost: [IconPlugConnectedX, 'warn'],
};

export interface StateMarkProps {
	state: string;
	/** what happened or why it waits; the server's words */
	sentence?: ReactNode;
	/** icon alone, for tight tables; the word becomes its label */
	tight?: boolean;
}

/** A sentence that begins with the state's own word need not say it twice. */
function without(label: string, sentence: ReactNode): ReactNode {
	if (typeof sentence !== 'string') return sentence;
	const head = `${label}: `;
	if (!sentence.toLowerCase().startsWith(head.toLowerCase())) return sentence;
	return sentence.slice(head.length);
}

export function StateMark({ state, sentence, tight = false }: StateMarkProps) {
	const [Glyph, tone] = looks[state] ?? ([IconCircleDashed, 'dim'] as const);
	const label = word('state', state);
	return (
		<span className={css.mark} data-state={state}>
			<span className={css[tone]}>
				<Glyph
					size={16}
					stroke={1.75}
					aria-hidden={!tight}
					role={tight ? 'img' : undefined}
					aria-label={tight ? label : undefined}
				/>
				{tight ? null : <span className={css.word}>{label}</span>}
			</span>
			{sentence === undefined || sentence === null || sentence === '' ? null : (
				<span className={css.sentence}>{tight ? sentence : without(label, sentence)}</span>
			)}
		</span>
	);
}
