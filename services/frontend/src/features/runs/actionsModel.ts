// SPDX-License-Identifier: Apache-2.0
// actionsModel - what is said beside a button of a run; no React.
import type { NextAction } from '../../api/types';

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
