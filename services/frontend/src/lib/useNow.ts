// SPDX-License-Identifier: Apache-2.0
// useNow - the time, again every so often while something is running.
import { useEffect, useState } from 'react';

/** stepMs null: the clock stands. */
export function useNow(stepMs: number | null): number {
	const [now, setNow] = useState(() => Date.now());
	useEffect(() => {
		if (stepMs === null) return undefined;
		const timer = setInterval(() => setNow(Date.now()), stepMs);
		return () => clearInterval(timer);
	}, [stepMs]);
	return now;
}
