// SPDX-License-Identifier: Apache-2.0
// ReportView - what the check of one run found: how the file was read, what was refused, what was
// changed, and what the rows hold.
import { useQuery } from '@tanstack/react-query';
import { asProblem } from '../../api/problem';
import { reportQuery } from '../../api/queries';
import type { Report } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { LeftOut } from '../import/FileLook';
import { Notes, TwoWays } from './Notes';
import { ProfileView } from './ProfileView';
import { RefusedLines } from './RefusedLines';
import css from './Report.module.css';

interface Dialect {
	delimiter?: string;
	encoding?: string;
	line_end?: string;
	quote?: string;
	why?: string | null;
	why_header?: string | null;
	doubt?: string | null;
}

function HowRead({ report }: { report: Report }) {
	const d = report.dialect as Dialect | null | undefined;
	if (d == null) return null;
	const how = [d.delimiter, d.encoding, d.line_end?.toUpperCase()].filter(Boolean).join(' · ');
	return (
		<p className="small dim">
			{t('look.read', { how })}
			<LeftOut dialect={d} /> {d.why ? t('look.why', { why: d.why }) : ''}{' '}
			{d.why_header ? t('look.header', { why: d.why_header }) : ''}
			{d.doubt ? <span className={css.doubt}> {d.doubt}</span> : null}
		</p>
	);
}

interface ReportViewProps {
	run: string;
	column: string | undefined;
	onColumn: (name: string) => void;
}

export function ReportView({ run, column, onColumn }: ReportViewProps) {
	const report = useQuery(reportQuery(run));
	if (report.isError) {
		if (asProblem(report.error).status === 404) return <EmptyState title={t('report.none')} />;
		return <ProblemLine error={report.error} onRetry={() => void report.refetch()} />;
	}
	if (report.data === undefined) return null;
	const { profile } = report.data;
	return (
		<div className={css.report} data-part="report">
			<HowRead report={report.data} />
			<RefusedLines report={report.data} />
			<TwoWays report={report.data} />
			<Notes report={report.data} />
			{profile == null || profile.rows === 0 ? (
				<p className="dim">{t('report.no_profile')}</p>
			) : (
				<ProfileView profile={profile} chosen={column} onChoose={onColumn} />
			)}
		</div>
	);
}
