// SPDX-License-Identifier: Apache-2.0
// format - numbers, sizes, durations and times as product words (whole numbers, decimal units).
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function count(n: number): string {
	return whole.format(n);
}

/** "0 %" and "100 %" only when it is none or all. */
export function percent(part: number, total: number): string {
	if (total <= 0 || part === 0) return '0 %';
	if (part >= total) return '100 %';
	const p = (100 * part) / total;
	if (p < 0.01) return '<0.01 %';
	if (p > 99.99) return '>99.99 %';
	const digits = p < 0.1 || p > 99 ? 2 : p < 10 ? 1 : 0;
	return `${p.toFixed(digits)} %`;
}

/** For what is under way: a whole number, and never 100 before it is over. */
export function progress(part: number, total: number): number {
	return total <= 0 ? 0 : Math.max(0, Math.min(99, Math.floor((100 * part) / total)));
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Three figures, decimal units. */
export function bytes(n: number): string {
	let unit = 0;
	let v = n;
	while (v >= 999.5 && unit < sizes.length - 1) {
		v /= 1000;
		unit++;
	}
	if (unit === 0) return `${whole.format(v)} B`;
	return `${v.toFixed(v < 9.995 ? 2 : v < 99.95 ? 1 : 0)} ${sizes[unit]}`;
}

const two = (n: number) => String(n).padStart(2, '0');

export function duration(ms: number): string {
	if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
	const s = ms / 1000;
	if (s < 59.95) return `${s.toFixed(1)} s`;
	const total = Math.round(s);
	if (total < 3600) return `${Math.floor(total / 60)} min ${two(total % 60)} s`;
	const minutes = Math.round(s / 60);
	if (minutes < 2880) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
	const hours = Math.round(s / 3600);
	return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function between(from: string | null, to: string | null, now: number): number | null {
	if (from === null) return null;
	return Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from));
}

const clock = new Intl.DateTimeFormat('en-GB', {
	hour: '2-digit',
	minute: '2-digit',
	second: '2-digit',
});
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const longDate = new Intl.DateTimeFormat('en-GB', {
	weekday: 'long',
	day: 'numeric',
	month: 'long',
});

export function sameDay(a: Date, b: Date): boolean {
	return a.toDateString() === b.toDateString();
}

/** "10:42:07" today, "18 Nov 10:42:07" else, with the year when it is another one. */
export function time(at: string, now: Date = new Date()): string {
	const d = new Date(at);
	if (Number.isNaN(d.getTime())) return at;
	if (sameDay(d, now)) return clock.format(d);
	const year = d.getFullYear() === now.getFullYear() ? '' : ` ${d.getFullYear()}`;
	return `${date.format(d)}${year} ${clock.format(d)}`;
}

export function day(at: string): string {
	return longDate.format(new Date(at));
}

/** The name of the reader's zone, said once in the head of a column. */
export function zone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
