// SPDX-License-Identifier: Apache-2.0
// UndoRow - an act and its taking back, in the place where it was done; no question, no timer.
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '../api/client';
import { ProblemLine } from './ProblemLine';
import css from './UndoRow.module.css';

export interface Act {
	kind: 'undo' | 'redo';
	label: string;
	/** what the button is about, for those who do not see the row */
	about: string;
	busy: string;
	possible: boolean;
	/** shown in place of the button when it is not possible */
	reason: string | null;
	run: (idempotencyKey: string) => Promise<unknown>;
}

export function UndoRow({ act }: { act: Act | null }) {
	const [key, setKey] = useState(newKey);
	const mutation = useMutation({
		mutationFn: () => (act === null ? Promise.resolve() : act.run(key)),
		onSuccess: () => setKey(newKey()),
	});
	return (
		<div className={css.undo} data-part="undo">
			{act === null ? null : act.possible ? (
				<Button
					data-act={act.kind}
					size="compact-sm"
					variant="default"
					aria-label={`${act.label} ${act.about}`}
					disabled={mutation.isPending}
					onClick={() => mutation.mutate()}
				>
					{mutation.isPending ? act.busy : act.label}
				</Button>
			) : (
				<span className="dim cut" title={act.reason ?? undefined}>
					{act.reason}
				</span>
			)}
			{mutation.isError ? <ProblemLine error={mutation.error} /> : null}
		</div>
	);
}
