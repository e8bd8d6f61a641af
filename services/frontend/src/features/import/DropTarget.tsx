// SPDX-License-Identifier: Apache-2.0
// DropTarget - the whole window takes files; so do the button and the key i, by the same hidden input.
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { queryClient, uploadQuery } from '../../api/queries';
import { t } from '../../i18n';
import { choose } from './chosen';
import css from './Import.module.css';
import { uploads } from './uploads';

const INPUT = 'import-files';
/* A packed file's name may end in .csv.gz; browsers look at what is behind the last dot. */
const ACCEPT = [
	...['.csv', '.tsv', '.tab', '.psv', '.txt', '.gz', '.zst', '.csv.gz', '.tsv.gz', '.csv.zst', '.tsv.zst'],
	...['text/csv', 'text/plain', 'text/tab-separated-values', 'application/gzip', 'application/zstd'],
].join(',');
let wanted: string | undefined;

export function pickFilesFor(dataset: string | undefined): void {
	wanted = dataset;
	(document.getElementById(INPUT) as HTMLInputElement | null)?.click();
}

export function pickFiles(): void {
	pickFilesFor(undefined);
}

const hasFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') ?? false;

/** An upload of an earlier tab that waits for just this file. */
function waitingFor(path: string, file: File): { id: string; dataset: string } | null {
	const id = /^\/imports\/([0-9a-f-]{36})$/.exec(path)?.[1];
	if (id === undefined || uploads.find(id) !== undefined) return null;
	const upload = queryClient.getQueryData(uploadQuery(id).queryKey);
	const same =
		upload?.state === 'open' && upload.filename === file.name && upload.length === file.size;
	return same ? { id, dataset: upload.dataset } : null;
}

export function DropTarget() {
	const navigate = useNavigate();
	const path = useRouterState({ select: (s) => s.location.pathname });
	const [over, setOver] = useState(false);
	const depth = useRef(0);
	const here = /^\/datasets\/([^/]+)/.exec(path)?.[1];
	const dataset = here === undefined ? undefined : decodeURIComponent(here);
	const take = useRef((_files: File[], _dataset: string | undefined) => undefined as void);
	take.current = (files, to) => {
		const [first] = files;
		if (first === undefined) return;
		const open = files.length === 1 ? waitingFor(path, first) : null;
		if (open !== null) {
			void uploads.goOn(open.id, first, open.dataset);
			return;
		}
		choose({ files, dataset: to });
		void navigate({ to: '/imports/new', search: { dataset: to } });
	};
	const target = useRef(dataset);
	target.current = dataset;
	useEffect(() => {
		const enter = (e: DragEvent): void => {
			if (!hasFiles(e)) return;
			depth.current++;
			setOver(true);
		};
		const leave = (e: DragEvent): void => {
			if (!hasFiles(e)) return;
			depth.current = Math.max(0, depth.current - 1);
			if (depth.current === 0) setOver(false);
		};
		const overWindow = (e: DragEvent): void => {
			if (hasFiles(e)) e.preventDefault();
		};
		const drop = (e: DragEvent): void => {
			if (!hasFiles(e)) return;
			e.preventDefault();
			depth.current = 0;
			setOver(false);
			take.current([...(e.dataTransfer?.files ?? [])], target.current);
		};
		window.addEventListener('dragenter', enter);
		window.addEventListener('dragleave', leave);
		window.addEventListener('dragover', overWindow);
		window.addEventListener('drop', drop);
		return () => {
			window.removeEventListener('dragenter', enter);
			window.removeEventListener('dragleave', leave);
			window.removeEventListener('dragover', overWindow);
			window.removeEventListener('drop', drop);
		};
	}, []);
	return (
		<>
			<input
				id={INPUT}
				type="file"
				multiple
				hidden
				aria-label={t('import.pick')}
				accept={ACCEPT}
				onChange={(e) => {
					const files = [...(e.currentTarget.files ?? [])];
					e.currentTarget.value = '';
					take.current(files, wanted ?? target.current);
					wanted = undefined;
				}}
			/>
			{over ? (
				<div className={css.overlay} aria-hidden="true">
					<p>{dataset === undefined ? t('import.drop') : t('import.drop_into', { name: dataset })}</p>
				</div>
			) : null}
		</>
	);
}
