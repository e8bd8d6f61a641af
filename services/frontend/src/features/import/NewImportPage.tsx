// SPDX-License-Identifier: Apache-2.0
// NewImportPage - the one decision before a file goes: which dataset it belongs to.
import { Button, Checkbox, Radio, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { post, refOf } from '../../api/client';
import { contractQuery, datasetsQuery, inspectionQuery, queryClient } from '../../api/queries';
import { useSession, may } from '../../api/session';
import type { Dataset, Inspection } from '../../api/types';
import { Page } from '../../app/Page';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { t, word } from '../../i18n';
import { bytes } from '../../lib/format';
import { choose, useChosen } from './chosen';
import { pickFiles } from './DropTarget';
import { FileLook } from './FileLook';
import { bestGuess, headerOf, nameFrom, type Guess } from './guess';
import css from './Import.module.css';
import { uploads } from './uploads';

const NAME = /^([a-z][a-z0-9_]{0,47}\.)?[a-z][a-z0-9_]{0,47}$/;
const HEAD_BYTES = 65_536;
const MOST_CONTRACTS = 40;

interface Look {
	header: string[];
	guess: Guess | null;
}

const NOTHING: Look = { header: [], guess: null };
const PATIENCE_MS = 2000;

/** The dataset the server found, if it may be filled; else the one with the file's name. */
function guessOf(found: Inspection, filename: string, refs: string[]): Guess | null {
	for (const match of [found.dataset ?? null, ...found.other_datasets]) {
		if (match === null) continue;
		const ref = refOf(match.domain, match.dataset);
		const columns = Math.max(match.columns, match.fields);
		if (refs.includes(ref)) return { ref, matched: match.matched, columns, by: 'header' };
	}
	return bestGuess([], filename, refs.map((ref) => ({ ref, doc: null })));
}

/** Without the server's word: the first line, and the contracts it may fit. */
async function lookHere(file: File, datasets: Dataset[]): Promise<Look> {
	const header = headerOf(await file.slice(0, HEAD_BYTES).text());
	const candidates = await Promise.all(
		datasets.slice(0, MOST_CONTRACTS).map(async (d) => {
			const ref = refOf(d.domain, d.name);
			const contract = await queryClient.ensureQueryData(contractQuery(ref)).catch(() => null);
			return { ref, doc: contract?.published?.doc ?? contract?.draft?.doc ?? null };
		}),
	);
	return { header, guess: bestGuess(header, file.name, candidates) };
}

async function lookAt(file: File, datasets: Dataset[]): Promise<Look> {
	const found = await queryClient.ensureQueryData(inspectionQuery(file)).catch(() => null);
	if (found === null) return lookHere(file, datasets);
	const header = (found.columns ?? []).map((c) => c.header);
	const refs = datasets.map((d) => refOf(d.domain, d.name));
	return { header, guess: guessOf(found, file.name, refs) };
}

/**
 * What the first file is, and where it may belong. Undefined until that is known or took too long: a
 * choice that was made must not flip under the hand.
 */
function useLook(file: File | undefined, datasets: Dataset[], known: boolean): Look | undefined {
	const [late, setLate] = useState(false);
	useEffect(() => {
		setLate(false);
		const timer = setTimeout(() => setLate(true), PATIENCE_MS);
		return () => clearTimeout(timer);
	}, [file]);
	const look = useQuery({
		queryKey: ['look', file?.name, file?.size, file?.lastModified, datasets.map((d) => d.id)],
		enabled: file !== undefined && known,
		queryFn: () => (file === undefined ? NOTHING : lookAt(file, datasets)),
		staleTime: Infinity,
	}).data;
	const first = useRef<Look | undefined>(undefined);
	const of = useRef<File | undefined>(undefined);
	if (of.current !== file) first.current = undefined;
	of.current = file;
	first.current ??= look ?? (late ? NOTHING : undefined);
	return first.current;
}

interface Choice {
	fresh: boolean;
	dataset: string | null;
	name: string;
	mode: 'append' | 'replace';
	atOnce: boolean;
}

async function begin(choice: Choice, files: File[]): Promise<string> {
	let dataset = choice.dataset ?? '';
	if (choice.fresh) {
		dataset = choice.name;
		await post<Dataset>('/api/datasets', {
			name: choice.name,
			mode: choice.mode,
			auto_publish: choice.atOnce,
		});
		await queryClient.invalidateQueries({ queryKey: ['datasets'] });
	}
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

function GuessLine({ guess }: { guess: Guess }) {
	return (
		<p className="dim small">
			{guess.by === 'header'
				? t('import.guess_header', { name: guess.ref, n: guess.matched, of: guess.columns })
				: t('import.guess_name', { name: guess.ref })}
		</p>
	);
}

function NewDataset({ choice, onChange }: { choice: Choice; onChange: (c: Partial<Choice>) => void }) {
	const wrong = choice.name !== '' && !NAME.test(choice.name);
	return (
		<div className={css.indent}>
			<TextInput
				label={t('import.name')}
				description={t('import.name_help')}
				value={choice.name}
				error={wrong ? t('import.name_wrong') : undefined}
				onChange={(e) => onChange({ name: e.currentTarget.value })}
			/>
			<Radio.Group
				label={t('import.mode')}
				value={choice.mode}
				onChange={(mode) => onChange({ mode: mode as Choice['mode'] })}
			>
				<div className={css.radios}>
					{(['append', 'replace'] as const).map((mode) => (
						<Radio key={mode} value={mode} label={word('import.mode', mode)} />
					))}
				</div>
			</Radio.Group>
			<Checkbox
				label={t('import.at_once')}
				description={t('import.at_once_help')}
				checked={choice.atOnce}
				onChange={(e) => onChange({ atOnce: e.currentTarget.checked })}
			/>
		</div>
	);
}

export function NewImportPage() {
	const { files, dataset: dropped } = useChosen();
	const search = useSearch({ from: '/frame/imports/new' });
	const navigate = useNavigate();
	const session = useSession();
	const all = useQuery(datasetsQuery);
	const takers = (all.data?.items ?? []).filter(
		(d) => d.kind === 'upload' && may(session, 'upload.write', d.domain),
	);
	const refs = takers.map((d) => refOf(d.domain, d.name));
	const look = useLook(files[0], takers, all.data !== undefined);
	const [touched, setTouched] = useState<Partial<Choice>>({});
	useEffect(() => setTouched({}), [files]);
	const proposed = [search.dataset, dropped, look?.guess?.ref].find(
		(ref) => ref !== undefined && refs.includes(ref),
	);
	const choice: Choice = {
		fresh: proposed === undefined,
		dataset: proposed ?? null,
		name: files[0] === undefined ? '' : nameFrom(files[0].name),
		mode: 'append',
		atOnce: false,
		...touched,
	};
	const start = useMutation({
		mutationFn: () => begin(choice, files),
		onSuccess: (upload) => {
			choose({ files: [], dataset: undefined });
			void navigate({ to: '/imports/$upload', params: { upload }, replace: true });
		},
	});
	const set = (change: Partial<Choice>) => setTouched((c) => ({ ...c, ...change }));
	const ready = choice.fresh ? NAME.test(choice.name) : choice.dataset !== null;
	function onSubmit(e: FormEvent): void {
		e.preventDefault();
		if (ready && !start.isPending) start.mutate();
	}
	if (files.length > 0 && look === undefined) {
		return (
			<Page title={t('import.title')} name={t('import.title')}>
				<FileList files={files} look={look} />
			</Page>
		);
	}
	if (files.length === 0) {
		return (
			<Page title={t('import.title')} name={t('import.title')}>
				<EmptyState title={t('import.none')} text={t('import.formats')}>
					<Button onClick={pickFiles}>{t('import.pick')}</Button>
				</EmptyState>
			</Page>
		);
	}
	return (
		<Page title={t('import.title')} name={t('import.title')}>
			<FileList files={files} look={look} />
			<FileLook file={files[0]} />
			<form className={css.form} onSubmit={onSubmit}>
				<Radio.Group
					label={t('import.where')}
					value={choice.fresh ? 'new' : 'known'}
					onChange={(v) => set({ fresh: v === 'new' })}
				>
					<div className={css.radios}>
						{refs.length === 0 ? null : <Radio value="known" label={t('import.known')} />}
						{choice.fresh ? null : (
							<div className={css.indent}>
								<Select
									aria-label={t('import.known')}
									placeholder={t('import.choose')}
									searchable
									allowDeselect={false}
									data={refs}
									value={choice.dataset}
									onChange={(dataset) => set({ dataset, fresh: false })}
								/>
								{look?.guess != null && look.guess.ref === choice.dataset ? (
									<GuessLine guess={look.guess} />
								) : null}
							</div>
						)}
						<Radio value="new" label={t('import.new')} />
						{choice.fresh ? <NewDataset choice={choice} onChange={set} /> : null}
					</div>
				</Radio.Group>
				{start.isError ? <ProblemLine error={start.error} /> : null}
				<Button type="submit" className={css.submit} disabled={!ready || start.isPending}>
					{start.isPending
						? t('import.starting')
						: t(choice.fresh && !choice.atOnce ? 'import.check' : 'import.load', {
								n: files.length,
								name: files[0]?.name ?? '',
							})}
				</Button>
			</form>
		</Page>
	);
}
