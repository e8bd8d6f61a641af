// SPDX-License-Identifier: Apache-2.0
// NewImportPage - the one decision before a file goes: which dataset it belongs to.
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { newKey, refOf } from '../../api/client';
import { asProblem } from '../../api/problem';
import { datasetsQuery, queryClient } from '../../api/queries';
import { useSession, may } from '../../api/session';
import { Page } from '../../app/Page';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { bytes } from '../../lib/format';
import { choose, useChosen } from './chosen';
import { Destination, nameFault, type Choice } from './Destination';
import { pickFiles } from './DropTarget';
import { FileLook } from './FileLook';
import { freeName, nameFrom, presetOf } from './guess';
import css from './Import.module.css';
import { makeDataset } from './makeDataset';
import { uploads } from './uploads';
import { useLook, type Look } from './useLook';

/** Ids of the datasets this page asked for, by name: asking again must not be refused by itself. */
type Made = Map<string, string>;

async function make(choice: Choice, made: Made): Promise<void> {
	const { name, mode } = choice;
	const id = made.get(name) ?? newKey();
	made.set(name, id);
	try {
		await makeDataset({ id, name, mode, auto_publish: choice.atOnce });
	} catch (error) {
		if (asProblem(error).code === 'dataset.exists') made.delete(name);
		throw error;
	} finally {
		await queryClient.invalidateQueries({ queryKey: ['datasets'] });
	}
}

async function begin(choice: Choice, files: File[], made: Made): Promise<string> {
	if (choice.fresh) await make(choice, made);
	const dataset = choice.fresh ? choice.name : (choice.dataset ?? '');
	const [first, ...others] = files.map((file) => uploads.start(file, dataset));
	for (const other of others) other.catch(() => undefined);
	return first === undefined ? '' : await first;
}

function FileList({ files, look }: { files: File[]; look: Look | undefined }) {
	const columns = look?.header.length ?? 0;
	return (
		<ul className={css.files}>
			{files.map((f, i) => (
				<li key={`${f.name}${i}`}>
					<span className="mono">{f.name}</span>
					<span className="num dim">{bytes(f.size)}</span>
					{i === 0 && columns > 0 ? (
						<span className="dim cut" title={look?.header.join(', ')}>
							{t('import.columns', { n: columns, names: look?.header.slice(0, 12).join(', ') ?? '' })}
						</span>
					) : null}
				</li>
			))}
		</ul>
	);
}

/** The datasets there are: those that may be filled, and the names that none can have any more. */
function useDatasets(made: Made) {
	const session = useSession();
	const all = useQuery(datasetsQuery).data?.items;
	const takers = all?.filter((d) => d.kind === 'upload' && may(session, 'upload.write', d.domain));
	const names = (all ?? []).map((d) => refOf(d.domain, d.name));
	return {
		takers,
		refs: (takers ?? []).map((d) => refOf(d.domain, d.name)),
		taken: new Set(names.filter((name) => !made.has(name))),
	};
}

function NoFile() {
	return (
		<Page title={t('import.title')} name={t('import.title')}>
			<EmptyState title={t('import.none')} text={t('import.formats')}>
				<Button onClick={pickFiles}>{t('import.pick')}</Button>
			</EmptyState>
		</Page>
	);
}

function Decide({ files, dropped }: { files: File[]; dropped: string | undefined }) {
	const search = useSearch({ from: '/frame/imports/new' });
	const navigate = useNavigate();
	const made = useRef<Made>(new Map()).current;
	const { takers, refs, taken } = useDatasets(made);
	const [file] = files as [File];
	const look = useLook(file, takers);
	const [touched, setTouched] = useState<Partial<Choice>>({});
	useEffect(() => {
		setTouched({});
		made.clear();
	}, [files, made]);
	const proposed = [search.dataset, dropped, presetOf(look.first?.guesses ?? [], file.name)].find(
		(ref): ref is string => typeof ref === 'string' && refs.includes(ref),
	);
	const choice: Choice = {
		fresh: proposed === undefined,
		dataset: proposed ?? null,
		name: freeName(nameFrom(file.name), taken),
		mode: 'append',
		atOnce: false,
		...touched,
	};
	const start = useMutation({
		mutationFn: () => begin(choice, files, made),
		onSuccess: (upload) => {
			choose({ files: [], dataset: undefined });
			void navigate({ to: '/imports/$upload', params: { upload }, replace: true });
		},
	});
	const ready = choice.fresh ? nameFault(choice.name, taken) === null : choice.dataset !== null;
	function onSubmit(e: FormEvent): void {
		e.preventDefault();
		if (ready && !start.isPending) start.mutate();
	}
	const goes = choice.fresh && !choice.atOnce ? 'import.check' : 'import.load';
	return (
		<Page title={t('import.title')} name={t('import.title')}>
			<FileList files={files} look={look.now} />
			<FileLook file={file} />
			{look.first === undefined ? null : (
				<form className={css.form} onSubmit={onSubmit}>
					<Destination
						choice={choice}
						refs={refs}
						taken={taken}
						guesses={look.now?.guesses ?? []}
						onChange={(change) => setTouched((c) => ({ ...c, ...change }))}
					/>
					{start.isError ? <ProblemLine error={start.error} /> : null}
					<Button
						type="submit"
						variant={look.now?.table === false ? 'default' : 'filled'}
						className={css.submit}
						disabled={!ready || start.isPending}
					>
						{start.isPending
							? t('import.starting')
							: t(goes, { n: files.length, name: file.name })}
					</Button>
				</form>
			)}
		</Page>
	);
}

export function NewImportPage() {
	const { files, dataset } = useChosen();
	return files.length === 0 ? <NoFile /> : <Decide files={files} dropped={dataset} />;
}
