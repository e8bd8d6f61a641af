// SPDX-License-Identifier: Apache-2.0
// Facts - what went in and what came out of a run, with its versions and its id.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { refOf } from '../../api/client';
import type { Run } from '../../api/types';
import { CopyButton } from '../../components/CopyButton';
import { t, word, type MessageKey } from '../../i18n';
import { bytes, time } from '../../lib/format';
import css from './Runs.module.css';

function entries(run: Run): Array<[MessageKey, ReactNode]> {
	const dataset = refOf(run.domain, run.target);
	const list: Array<[MessageKey, ReactNode]> = [
		['facts.trigger', `${word('trigger', run.trigger)} · ${run.created_by ?? ''}`],
		['facts.created', time(run.created_at)],
	];
	if (run.finished_at !== null) list.push(['facts.finished', time(run.finished_at)]);
	if (run.file !== null) list.push(['facts.file', `${run.file.name} · ${bytes(run.file.bytes)}`]);
	if (run.pipeline !== null) {
		list.push(['facts.pipeline', `${run.pipeline} v${run.pipeline_version ?? '?'}`]);
	}
	if (run.contract_version !== null) {
		list.push([
			'facts.contract',
			<Link
				key="contract"
				to="/datasets/$dataset/contract"
				params={{ dataset }}
				search={{ version: String(run.contract_version) }}
			>
				v{run.contract_version}
			</Link>,
		]);
	}
	if (run.load_no !== null) {
		list.push([
			'facts.load',
			<Link key="load" to="/datasets/$dataset/loads" params={{ dataset }}>
				#{run.load_no}
			</Link>,
		]);
	}
	if (run.retry_of !== null) {
		list.push([
			'facts.retry_of',
			<Link key="retry" to="/runs/$run" params={{ run: run.retry_of }}>
				{t('facts.first_try')}
			</Link>,
		]);
	}
	list.push(['facts.id', <CopyButton key="id" text={run.id} label={run.id} />]);
	return list;
}

export function Facts({ run }: { run: Run }) {
	return (
		<dl className={css.facts}>
			{entries(run).map(([key, value]) => (
				<div key={key}>
					<dt>{t(key)}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}
