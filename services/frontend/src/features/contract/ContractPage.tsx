// SPDX-License-Identifier: Apache-2.0
// ContractPage - say what is right: the columns as a form or as JSON, why each was guessed, Publish.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { domainOf } from '../../api/client';
import { contractQuery, datasetQuery, versionQuery } from '../../api/queries';
import { useMay } from '../../api/session';
import type { Contract, ContractDoc } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { time } from '../../lib/format';
import { Consequence } from './Consequence';
import css from './Contract.module.css';
import { ContractForm } from './ContractForm';
import { ContractJson } from './ContractJson';
import { ambiguousFields } from './evidenceModel';
import { PublishBar } from './PublishBar';
import { useDraft } from './useDraft';
import { Versions } from './Versions';

function OldVersion({ dataset, version }: { dataset: string; version: number }) {
	const old = useQuery(versionQuery(dataset, version));
	if (old.isError) return <ProblemLine error={old.error} />;
	return (
		<>
			<p className={css.line}>
				{t('contract.reading', { v: version })}
				<Link to="/datasets/$dataset/contract" params={{ dataset }}>
					{t('contract.back')}
				</Link>
			</p>
			{old.data === undefined ? null : <ContractJson doc={old.data.doc} onEdit={undefined} />}
		</>
	);
}

function ViewSwitch({ dataset, json }: { dataset: string; json: boolean }) {
	return (
		<span className={css.switch}>
			{[false, true].map((isJson) => (
				<Link
					key={String(isJson)}
					to="/datasets/$dataset/contract"
					params={{ dataset }}
					search={(s) => ({ ...s, view: isJson ? 'json' : undefined })}
					aria-current={isJson === json ? 'true' : undefined}
				>
					{t(isJson ? 'contract.json' : 'contract.form')}
				</Link>
			))}
		</span>
	);
}

function Status({ contract, derived }: { contract: Contract; derived: boolean }) {
	const { published, draft } = contract;
	return (
		<span className="dim">
			{derived ? `${t('contract.derived')} ` : ''}
			{published === null
				? t('contract.no_version')
				: t('contract.version', {
						v: published.version,
						at: time(published.published_at),
						by: published.published_by ?? '',
					})}
			{draft !== null && draft.source === 'inferred' ? ` · ${t('contract.inferred')}` : ''}
		</span>
	);
}

/** Before one publishes: the columns the guess may have read the wrong way. */
function TwoWays({ dataset, names }: { dataset: string; names: string[] }) {
	if (names.length === 0) return null;
	return (
		<p className={css.line} role="status">
			{t('contract.two_ways', { n: names.length })}
			{names.map((field) => (
				<Link
					key={field}
					to="/datasets/$dataset/contract"
					params={{ dataset }}
					search={{ field }}
				>
					{field}
				</Link>
			))}
		</p>
	);
}

export function ContractPage() {
	const { dataset } = useParams({ from: '/frame/datasets/$dataset' });
	const search = useSearch({ from: '/frame/datasets/$dataset/contract' });
	const navigate = useNavigate({ from: '/datasets/$dataset/contract' });
	const contract = useQuery(contractQuery(dataset));
	const kind = useQuery(datasetQuery(dataset)).data?.kind;
	const mayWrite = useMay('contract.write', domainOf(dataset)) && kind === 'upload';
	const draft = useDraft(dataset, contract.data);
	const edit = useMemo(() => (mayWrite ? draft.edit : undefined), [mayWrite, draft.edit]);
	if (contract.isError) {
		return <ProblemLine error={contract.error} onRetry={() => void contract.refetch()} />;
	}
	if (contract.data === undefined) return null;
	if (search.version !== undefined) {
		return (
			<div className={css.page}>
				<OldVersion dataset={dataset} version={Number(search.version)} />
			</div>
		);
	}
	const doc: ContractDoc | null = draft.doc;
	if (doc === null) {
		return (
			<EmptyState
				title={t('contract.empty')}
				text={mayWrite ? t('contract.empty_text') : undefined}
			/>
		);
	}
	return (
		<div className={css.page}>
			{mayWrite && draft.changed ? (
				<TwoWays
					dataset={dataset}
					names={ambiguousFields(contract.data.draft?.evidence, doc.fields)}
				/>
			) : null}
			<div className={css.top}>
				<ViewSwitch dataset={dataset} json={search.view === 'json'} />
				<Status contract={contract.data} derived={kind === 'derived'} />
				{mayWrite ? (
					<PublishBar dataset={dataset} draft={draft} published={contract.data.published} />
				) : null}
			</div>
			{mayWrite ? <Consequence dataset={dataset} draft={draft} /> : null}
			{search.view === 'json' ? (
				<ContractJson doc={doc} onEdit={edit} />
			) : (
				<ContractForm
					doc={doc}
					evidence={contract.data.draft?.evidence}
					chosen={search.field}
					onChoose={(field) =>
						void navigate({ search: (s) => ({ ...s, field }), replace: true })
					}
					onEdit={edit}
				/>
			)}
			<Versions dataset={dataset} />
		</div>
	);
}
