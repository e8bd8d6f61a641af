// SPDX-License-Identifier: Apache-2.0
// useKeys - the keys that work on every screen; off while somebody types or when switched off.
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

const KEPT = 'millrace-single-keys';
const CHORD_MS = 1200;

export function singleKeysOn(): boolean {
	return window.localStorage.getItem(KEPT) !== 'off';
}

export function switchSingleKeys(on: boolean): void {
	window.localStorage.setItem(KEPT, on ? 'on' : 'off');
}

function typing(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement &&
		(target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
	);
}

function inDialog(): boolean {
	return document.querySelector('[role="dialog"]') !== null;
}

/** Walks the lines of a page without a grid. */
function toLine(step: number): boolean {
	const lines = [...document.querySelectorAll<HTMLElement>('[data-line]')];
	const at = lines.findIndex((line) => line === document.activeElement);
	const next = lines[Math.max(0, Math.min(at + step, lines.length - 1))];
	next?.focus();
	return next !== undefined;
}

/** Hands j and k to the page's grid, which then has the focus. */
function toGrid(key: string): boolean {
	const grid = document.querySelector<HTMLElement>('[data-primary-grid]');
	if (grid === null) return toLine(key === 'j' ? 1 : -1);
	if (grid === document.activeElement) return false;
	grid.focus();
	if (key === 'k') grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
	return true;
}

function press(selector: string): boolean {
	const el = document.querySelector<HTMLElement>(selector);
	if (el === null) return false;
	el.focus();
	if (!selector.includes('data-filter')) el.click();
	return true;
}

/** The undo of the chosen row, else the first of the page. */
function pressUndo(): boolean {
	return press('[data-current] [data-act="undo"]') || press('[data-act="undo"]');
}

export function useKeys(act: { onSheet: () => void; onImport: (() => void) | undefined }): void {
	const navigate = useNavigate();
	const latest = useRef(act);
	latest.current = act;
	useEffect(() => {
		let chordUntil = 0;
		const places: Record<string, '/' | '/datasets' | '/runs'> = { h: '/', d: '/datasets', r: '/runs' };
		const simple = (key: string): boolean => {
			if (key === '/') return press('[data-filter]');
			if (key === 'j' || key === 'k') return toGrid(key);
			if (key === 'u') return pressUndo();
			if (key === 'i' && latest.current.onImport !== undefined) latest.current.onImport();
			else if (key === '?') latest.current.onSheet();
			else return false;
			return true;
		};
		const onKey = (e: KeyboardEvent): void => {
			if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
			if (typing(e.target) || inDialog() || !singleKeysOn()) return;
			const place = Date.now() < chordUntil ? places[e.key] : undefined;
			chordUntil = 0;
			if (place !== undefined) void navigate({ to: place });
			else if (e.key === 'g') chordUntil = Date.now() + CHORD_MS;
			else if (!simple(e.key)) return;
			e.preventDefault();
		};
		window.addEventListener('keydown', onKey);
		return () => window.removeEventListener('keydown', onKey);
	}, [navigate]);
}
