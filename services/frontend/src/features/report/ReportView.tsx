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
import { count } from '../../lib/format';
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

/** Why the run stopped, or why nothing is told yet. */
function Verdict({ report }: { report: Report }) {
	const { verdict } = report;
	if (verdict === 'draft') {
		const read = Number(report.account['read'] ?? 0);
		return <p>{t('report.draft', { n: read, rows: count(read) })}</p>;
	}
	const { code, text: reason } = (report.reason ?? {}) as { code?: string; text?: string };
	if (verdict === 'good' || reason === undefined) return null;
	return (
		<p className={css.stopped}>
			{t(verdict === 'unusable' ? 'report.unusable' : 'report.over_budget', { reason })}{' '}
			<span className="mono">{code}</span>
		</p>
	);
}

/** What the rows hold; of a draft and of a refused file the verdict said it already. */
function Holds({ report, column, onColumn }: Omit<ReportViewProps, 'run'> & { report: Report }) {
	const { profile, verdict } = report;
	if (profile != null && profile.rows > 0) {
		return <ProfileView profile={profile} chosen={column} onChoose={onColumn} />;
	}
	if (verdict === 'draft' || verdict === 'unusable') return null;
	return <p className="dim">{t('report.no_profile')}</p>;
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
	return (
		<div className={css.report} data-part="report">
			<Verdict report={report.data} />
			<HowRead report={report.data} />
			<RefusedLines report={report.data} />
			<TwoWays report={report.data} />
			<Notes report={report.data} />
			<Holds report={report.data} column={column} onColumn={onColumn} />
		</div>
	);
}
