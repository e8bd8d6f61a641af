// SPDX-License-Identifier: Apache-2.0
// UploadsLine - the uploads of this tab in the top bar, so that any page may be looked at meanwhile.
import { Link } from '@tanstack/react-router';
import { t } from '../../i18n';
import { progress } from '../../lib/format';
import css from './Import.module.css';
import { useJobs } from './uploads';

export function UploadsLine() {
	const jobs = useJobs().filter((j) => j.state !== 'sent' && j.state !== 'failed');
	const first = jobs.find((j) => j.uploadId !== null);
	if (first?.uploadId == null) return null;
	const sent = jobs.reduce((sum, j) => sum + j.sent, 0);
	const total = jobs.reduce((sum, j) => sum + j.total, 0);
	return (
		<Link to="/imports/$upload" params={{ upload: first.uploadId }} className={css.topLine}>
			{t('import.uploading', { n: jobs.length, pct: progress(sent, total) })}
		</Link>
	);
}
