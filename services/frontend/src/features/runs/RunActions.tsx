// SPDX-License-Identifier: Apache-2.0
// RunActions - what can be done next with a run, as the server says; what cannot, with its reason.
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { newKey, refOf, request } from '../../api/client';
import { useMay } from '../../api/session';
import type { NextAction, Run } from '../../api/types';
import { ProblemLine } from '../../components/ProblemLine';
import { t, word } from '../../i18n';
import { live } from '../../live/LiveStore';
import { describe, leadOf, sameAgain } from './actionsModel';
import css from './Runs.module.css';

function useAct(run: Run, verb: 'retry' | 'cancel', onDone: (run: Run) => void) {
	const [key, setKey] = useState(newKey);
	return useMutation({
		mutationFn: () => request<Run>('POST', `/api/runs/${run.id}/${verb}`, { idempotencyKey: key }),
		onSuccess: (result) => {
			setKey(newKey());
			live.learn([result]);
			onDone(result);
		},
	});
}

interface ActProps {
	run: Run;
	next: NextAction;
	primary: boolean;
	quiet: boolean;
}

function Verb({ run, next, verb, primary, quiet }: ActProps & { verb: 'retry' | 'cancel' }) {
	const navigate = useNavigate();
	const act = useAct(run, verb, (result) => {
		if (result.id !== run.id) void navigate({ to: '/runs/$run', params: { run: result.id } });
	});
	const allowed = useMay(verb === 'retry' ? 'run.retry' : 'run.cancel', run.domain);
	const id = useId();
	if (!allowed) return null;
	const family = next.enabled ? sameAgain(run, next) : null;
	const hint = family === null ? null : word('unusable', family);
	const about = [hint, describe(next)].filter((s) => s !== null).join(' ');
	const hidden = quiet && next.enabled;
	return (
		<>
			{about === '' ? null : (
				<span id={id} className={hidden ? 'srOnly' : `dim small ${css.about}`}>
					{hint === null ? null : <span className={css.hint}>{hint} </span>}
					{describe(next)}
				</span>
			)}
			<Button
				variant={primary ? 'filled' : 'default'}
				aria-describedby={about === '' ? undefined : id}
				title={hidden && about !== '' ? about : undefined}
				disabled={!next.enabled || act.isPending}
				onClick={() => act.mutate()}
			>
				{act.isPending ? t(verb === 'retry' ? 'run.retrying' : 'run.cancelling') : next.label}
			</Button>
			{act.isError ? <ProblemLine error={act.error} /> : null}
		</>
	);
}

function Go({ run, next, primary }: Omit<ActProps, 'quiet'>) {
	const navigate = useNavigate();
	const dataset = refOf(run.domain, run.target);
	const go = () => {
		if (next.action === 'publish_contract') {
			void navigate({ to: '/datasets/$dataset/contract', params: { dataset } });
		} else if (next.action === 'show_rejects') {
			void navigate({
				to: '/datasets/$dataset/rejects',
				params: { dataset },
				search: { run: run.id },
			});
		} else void navigate({ to: '/datasets/$dataset', params: { dataset } });
	};
	return (
		<Button variant={primary ? 'filled' : 'default'} disabled={!next.enabled} onClick={go}>
			{next.label}
		</Button>
	);
}

const known = new Set(['retry', 'cancel', 'publish_contract', 'show_rejects', 'show_rows']);

/** quiet: in a list, where no button is the page's first and a button's text is its description */
export function RunActions({ run, quiet = false }: { run: Run; quiet?: boolean }) {
	const actions = run.next.filter((n) => known.has(n.action));
	const lead = quiet ? undefined : leadOf(run, actions);
	return (
		<>
			{actions.map((next) => {
				const { action } = next;
				return action === 'retry' || action === 'cancel' ? (
					<Verb key={action} run={run} next={next} verb={action} primary={next === lead} quiet={quiet} />
				) : (
					<Go key={action} run={run} next={next} primary={next === lead} />
				);
			})}
		</>
	);
}
