// SPDX-License-Identifier: Apache-2.0
// theme - Mantine's theme made of our tokens.
import {
	createTheme,
	defaultVariantColorsResolver,
	type CSSVariablesResolver,
	type MantineColorsTuple,
	type VariantColorsResolver,
} from '@mantine/core';
import { roles, tuples, type Scheme } from './tokens';

const tuple = (t: readonly string[]) => t as unknown as MantineColorsTuple;

/** Mantine would write white on the light accent of the dark scheme. */
const variantColors: VariantColorsResolver = (input) =>
	input.variant === 'filled'
		? {
				background: 'var(--m-accent)',
				hover: 'var(--m-accent-hover)',
				color: 'var(--m-on-accent)',
				border: '1px solid transparent',
			}
		: defaultVariantColorsResolver(input);

export const theme = createTheme({
	variantColorResolver: variantColors,
	primaryColor: 'race',
	primaryShade: { light: 6, dark: 4 },
	autoContrast: true,
	luminanceThreshold: 0.3,
	colors: {
		race: tuple(tuples.race),
		gray: tuple(tuples.stone),
		stone: tuple(tuples.stone),
		dark: tuple(tuples.dark),
		green: tuple(tuples.green),
		amber: tuple(tuples.amber),
		red: tuple(tuples.red),
		plum: tuple(tuples.plum),
	},
	fontFamily: "'IBM Plex Sans', system-ui, sans-serif",
	fontFamilyMonospace: "'IBM Plex Mono', ui-monospace, monospace",
	fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
	lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
	spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
	radius: { xs: '2px', sm: '4px', md: '4px', lg: '6px', xl: '6px' },
	defaultRadius: 'sm',
	headings: { fontFamily: "'IBM Plex Sans', system-ui, sans-serif", fontWeight: '600' },
	cursorType: 'pointer',
	focusRing: 'auto',
	respectReducedMotion: true,
	components: {
		Button: {
			defaultProps: { size: 'sm' },
			vars: (_theme: unknown, props: { size?: unknown }) => ({
				root:
					props.size === 'sm'
						? { '--button-height': '32px', '--button-padding-x': '12px', '--button-fz': '13px' }
						: {},
			}),
		},
		Input: {
			vars: () => ({
				wrapper: {
					'--input-height': '32px',
					'--input-fz': '13px',
					'--input-bg': 'var(--m-body)',
					'--input-bd': 'var(--m-control)',
					'--input-padding': '8px',
				},
			}),
		},
		TextInput: { defaultProps: { size: 'sm' } },
		PasswordInput: { defaultProps: { size: 'sm' } },
		NativeSelect: { defaultProps: { size: 'sm' } },
		Textarea: { defaultProps: { size: 'sm' } },
		Checkbox: { defaultProps: { size: 'sm', iconColor: 'var(--m-on-accent)' } },
		Radio: { defaultProps: { size: 'sm', iconColor: 'var(--m-on-accent)' } },
		Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
	},
});

const kebab = (s: string) => s.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

function scheme(name: Scheme): Record<string, string> {
	const r = roles[name];
	const vars: Record<string, string> = {};
	for (const [role, value] of Object.entries(r)) vars[`--m-${kebab(role)}`] = value;
	return {
		...vars,
		'--mantine-color-text': r.text,
		'--mantine-color-body': r.body,
		'--mantine-color-dimmed': r.dim,
		'--mantine-color-placeholder': r.placeholder,
		'--mantine-color-error': r.bad,
		'--mantine-color-anchor': r.accent,
		'--mantine-color-bright': r.text,
		'--mantine-color-default': r.body,
		'--mantine-color-default-hover': r.hover,
		'--mantine-color-default-color': r.text,
		'--mantine-color-default-border': r.control,
		'--mantine-primary-color-filled': r.accent,
		'--mantine-primary-color-filled-hover': r.accentHover,
		'--mantine-primary-color-contrast': r.onAccent,
		'--mantine-color-race-filled': r.accent,
		'--mantine-color-race-filled-hover': r.accentHover,
		'--mantine-color-disabled': r.hover,
		'--mantine-color-disabled-color': r.dim,
		'--mantine-color-disabled-border': r.line,
	};
}

export const cssVariables: CSSVariablesResolver = () => ({
	variables: {},
	light: scheme('light'),
	dark: scheme('dark'),
});
