// SPDX-License-Identifier: Apache-2.0
// theme - sets the colour scheme before the first paint; a file of its own because the CSP forbids
// inline scripts. The key is the one Mantine's colour scheme manager uses.
(function () {
	var kept = null;
	try {
		kept = window.localStorage.getItem('mantine-color-scheme-value');
	} catch (e) {
		kept = null;
	}
	var dark =
		kept === 'dark' ||
		(kept !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
	document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
