// SPDX-License-Identifier: Apache-2.0
// Histogram - the bins of a column as bars; in words for those who do not see them.
import { t } from '../../i18n';
import { count } from '../../lib/format';
import type { Bar } from './profileModel';
import css from './Report.module.css';

interface HistogramProps {
	bars: Bar[];
	name: string;
	width: number;
	height: number;
}

function label(bars: Bar[], name: string): string {
	const top = bars.reduce((a, b) => (b.count > a.count ? b : a), bars[0] as Bar);
	const first = bars[0]?.from;
	const last = bars.at(-1)?.to;
	if (first === undefined || last === undefined || top.from === undefined) {
		return t('profile.histogram', { name });
	}
	return t('profile.histogram_words', {
		name,
		first,
		last,
		from: top.from,
		to: top.to ?? '',
		n: count(top.count),
	});
}

export function Histogram({ bars, name, width, height }: HistogramProps) {
	if (bars.length === 0) return null;
	const step = width / bars.length;
	return (
		<svg
			className={css.histogram}
			width={width}
			height={height}
			viewBox={`0 0 ${width} ${height}`}
			role="img"
			aria-label={label(bars, name)}
		>
			<line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} />
			{bars.map((b, i) => {
				const h = b.count === 0 ? 0 : Math.max(1, b.share * (height - 1));
				return (
					<rect key={i} x={i * step} y={height - h} width={Math.max(1, step - 1)} height={h}>
						<title>
							{b.from === undefined ? count(b.count) : `${b.from} – ${b.to ?? ''}: ${count(b.count)}`}
						</title>
					</rect>
				);
			})}
		</svg>
	);
}
