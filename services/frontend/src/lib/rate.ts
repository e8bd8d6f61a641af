// SPDX-License-Identifier: Apache-2.0
// rate - bytes or rows a second over the last ten seconds; silent until it means something.

const WINDOW_MS = 10_000;
const SETTLE_MS = 1500;

export class RateMeter {
	private samples: Array<{ at: number; n: number }> = [];

	add(at: number, n: number): void {
		const last = this.samples[this.samples.length - 1];
		if (last !== undefined && (n < last.n || at < last.at)) this.samples = [];
		this.samples.push({ at, n });
		while ((this.samples[0]?.at ?? at) < at - WINDOW_MS) this.samples.shift();
	}

	perSecond(): number | null {
		const first = this.samples[0];
		const last = this.samples[this.samples.length - 1];
		if (first === undefined || last === undefined || last.at - first.at < SETTLE_MS) return null;
		return (1000 * (last.n - first.n)) / (last.at - first.at);
	}
}
