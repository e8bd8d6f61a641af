// SPDX-License-Identifier: Apache-2.0
// Versions - what was published when and by whom.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { versionsQuery } from '../../api/queries';
import { ProblemLine } from '../../components/ProblemLine';
import { t } from '../../i18n';
import { time } from '../../lib/format';
import css from './Contract.module.css';

export function Versions({ dataset }: { dataset: string }) {
	const versions = useQuery(versionsQuery(dataset));
	if (versions.isError) return <ProblemLine error={versions.error} />;
	const items = versions.data?.items ?? [];
	if (items.length === 0) return null;
	return (
		<section>
			<h2>{t('contract.versions')}</h2>
			<ul className={css.versions}>
				{items.map((v) => (
					<li key={v.version}>
						<Link
							to="/datasets/$dataset/contract"
							params={{ dataset }}
							search={{ version: String(v.version) }}
						>
							v{v.version}
						</Link>
						<span className="dim">
							{t('contract.by', { at: time(v.published_at), by: v.published_by ?? '' })}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}
