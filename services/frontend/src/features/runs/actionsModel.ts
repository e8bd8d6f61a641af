// SPDX-License-Identifier: Apache-2.0
// actionsModel - which button of a run comes first, and what is said beside it; no React.
import type { NextAction, Run } from '../../api/types';

/** As a sentence: the server's texts begin in lower case, because they also follow a colon. */
function sentence(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why an action is not possible, else what it would do; null: its label says it all. */
export function describe(next: NextAction): string | null {
	if (!next.enabled) return next.why;
	const text = next.plan?.text ?? '';
	return text === '' ? null : sentence(text);
}

const unusable = /^(file|header|object)\./;

/** file, header or object when a retry would only find the same unusable file again; else null. */
export function sameAgain(run: Run, next: NextAction): string | null {
	if (next.action !== 'retry' || run.state !== 'failed') return null;
	const family = unusable.exec(run.reason?.code ?? '')?.[1] ?? null;
	return next.plan !== undefined && !next.plan.runs.includes('validate') ? null : family;
}

/** The one action that a page puts first. */
export function leadOf(run: Run, actions: readonly NextAction[]): NextAction | undefined {
	return actions.find((n) => n.enabled && n.action !== 'cancel' && sameAgain(run, n) === null);
}
