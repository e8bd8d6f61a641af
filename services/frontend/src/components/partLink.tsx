// SPDX-License-Identifier: Apache-2.0
// partLink - makes the numbers of an account links to the rows they count.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Load } from '../api/types';
import type { Part } from '../lib/account';
import { loadFilter } from '../lib/filter';
import { opens } from '../lib/opens';

interface Counted {
	dataset: string;
	/** the run whose refused rows are meant */
	run: string;
	/** null and undefined: not loaded, or not known yet */
	load: Pick<Load, 'no' | 'state' | 'rows'> | null | undefined;
}

export function partLink({ dataset, run, load }: Counted) {
	return (part: Part, text: ReactNode): ReactNode => {
		const opened = opens(part, load);
		if (opened === 'rejects') {
			return (
				<Link to="/datasets/$dataset/rejects" params={{ dataset }} search={{ run }}>
					{text}
				</Link>
			);
		}
		if (opened !== 'rows' || load == null) return text;
		return (
			<Link to="/datasets/$dataset" params={{ dataset }} search={{ filter: loadFilter(load.no) }}>
				{text}
			</Link>
		);
	};
}
