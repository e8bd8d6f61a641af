// SPDX-License-Identifier: Apache-2.0
// format.test - what a reader sees for each kind of number.
import { describe, expect, it } from 'vitest';
import { between, bytes, count, duration, percent, progress, time } from './format';

describe('count and percent', () => {
	it('groups whole numbers', () => expect(count(1204331)).toBe('1,204,331'));
	it.each([
		[0, 100, '0 %'],
		[1, 10_000_000, '<0.01 %'],
		[254, 100_000, '0.3 %'],
		[1204, 100_000, '1.2 %'],
		[9_999_999, 10_000_000, '>99.99 %'],
		[99_500, 100_000, '99.50 %'],
		[100, 100, '100 %'],
		[5, 0, '0 %'],
	])('%d of %d is %s', (part, total, text) => expect(percent(part, total)).toBe(text));
});

it('never says 100 % of what is under way', () => {
	expect([progress(0, 0), progress(1, 3), progress(3, 3), progress(9, 3)]).toEqual([0, 33, 99, 99]);
});

describe('bytes', () => {
	it.each([
		[0, '0 B'],
		[999, '999 B'],
		[1000, '1.00 kB'],
		[12_345, '12.3 kB'],
		[573_000_000, '573 MB'],
		[999_999, '1.00 MB'],
		[2_300_000_000, '2.30 GB'],
	])('%d is %s', (n, text) => expect(bytes(n)).toBe(text));
});

describe('duration', () => {
	it.each([
		[840, '840 ms'],
		[12_400, '12.4 s'],
		[59_970, '1 min 00 s'],
		[252_000, '4 min 12 s'],
		[11_220_000, '3 h 07 min'],
		[187_200_000, '2 d 4 h'],
	])('%d is %s', (ms, text) => expect(duration(ms)).toBe(text));
	it('counts up to now while something is open', () => {
		expect(between('2026-11-20T10:00:00Z', null, Date.parse('2026-11-20T10:00:05Z'))).toBe(5000);
		expect(between(null, null, 0)).toBeNull();
	});
});

describe('time', () => {
	const now = new Date(2026, 10, 20, 12, 0, 0);
	it('is the clock alone today', () => {
		expect(time(new Date(2026, 10, 20, 10, 42, 7).toISOString(), now)).toBe('10:42:07');
	});
	it('has the date on other days and the year in other years', () => {
		expect(time(new Date(2026, 10, 18, 9, 5, 0).toISOString(), now)).toBe('18 Nov 09:05:00');
		expect(time(new Date(2025, 0, 2, 9, 5, 0).toISOString(), now)).toBe('2 Jan 2025 09:05:00');
	});
});
