// SPDX-License-Identifier: Apache-2.0
// files - the CSV files of the story, made here so that each count is known.

/** orders: n good rows from number `from`, and bad ones of three kinds in between. */
export function orders(n, { from = 1, wrong = 0, short = 0, torn = 0 } = {}) {
	const regions = ['north', 'south', 'east', 'west'];
	const lines = ['Order ID;Ordered at;Region;Units;Unit price;Note'];
	for (let i = 0; i < n; i++) {
		const id = from + i;
		const day = String(1 + (id % 28)).padStart(2, '0');
		const price = `${1 + (id % 90)}.${String(id % 100).padStart(2, '0')}`;
		lines.push(`${id};2026-11-${day};${regions[id % 4]};${1 + (id % 9)};${price};"note; ${id}"`);
	}
	for (let i = 0; i < wrong; i++) {
		lines.push(`${from + n + i};2026-11-05;north;3;1.234,56 €;price is wrong`);
	}
	for (let i = 0; i < short; i++) lines.push(`${from + n + wrong + i};2026-11-05;south`);
	for (let i = 0; i < torn; i++) lines.push('77;2026-11-05;"torn;4;2.00;never closed');
	return `${lines.join('\n')}\n`;
}

/** Values that try to break a page. */
export function hostile() {
	const cells = [
		['markup', '<script>window.hacked = 1</script>'],
		['formula', '=cmd()'],
		['blanks', '  two before, one after '],
		['empty quoted', '""'],
		['null', ''],
		['rtl', '\u0645\u0631\u062d\u0628\u0627 \u202eoverride'],
		['cjk', '\u6f22\u5b57\u4eee\u540d'],
		['control', 'a\u0007b\u001bc'],
		['long', 'x'.repeat(2000)],
	];
	const rows = cells.map(
		([what, text], i) => `${what};"${text.replaceAll('"', '""')}";${'9'.repeat(18)}.${i}1`,
	);
	return `what;value;wide\n${rows.join('\n')}\n`;
}

/** Many columns, to see that only those in sight are drawn. */
export function wide(columns, rows) {
	const head = Array.from({ length: columns }, (_, i) => `c${i}`).join(',');
	const lines = Array.from({ length: rows }, (_, r) =>
		Array.from({ length: columns }, (_, c) => `${r}.${c}`).join(','),
	);
	return `${head}\n${lines.join('\n')}\n`;
}
