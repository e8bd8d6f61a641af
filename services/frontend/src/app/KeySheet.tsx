// SPDX-License-Identifier: Apache-2.0
// KeySheet - the keys of the page, and the switch that turns the single letters off (WCAG 2.1.4).
import { Checkbox, Modal } from '@mantine/core';
import { useState } from 'react';
import { t, type MessageKey } from '../i18n';
import css from './KeySheet.module.css';
import { singleKeysOn, switchSingleKeys } from './useKeys';

const keys: ReadonlyArray<readonly [string[], MessageKey]> = [
	[['g', 'h'], 'keys.home'],
	[['g', 'd'], 'keys.datasets'],
	[['g', 'r'], 'keys.runs'],
	[['/'], 'keys.filter'],
	[['j', 'k'], 'keys.rows'],
	[['Enter'], 'keys.open'],
	[['Ctrl', 'C'], 'keys.copy'],
	[['u'], 'keys.undo'],
	[['i'], 'keys.import'],
	[['Ctrl', 'Enter'], 'keys.publish'],
	[['?'], 'keys.sheet'],
];

export function KeySheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	const [on, setOn] = useState(singleKeysOn);
	return (
		<Modal
			opened={opened}
			onClose={onClose}
			title={t('keys.title')}
			closeButtonProps={{ 'aria-label': t('close') }}
			transitionProps={{ duration: 0 }}
		>
			<dl className={css.keys}>
				{keys.map(([combo, what]) => (
					<div key={what}>
						<dt>
							{combo.map((k) => (
								<kbd key={k}>{k}</kbd>
							))}
						</dt>
						<dd>{t(what)}</dd>
					</div>
				))}
			</dl>
			<Checkbox
				label={t('keys.switch')}
				checked={on}
				onChange={(e) => {
					setOn(e.currentTarget.checked);
					switchSingleKeys(e.currentTarget.checked);
				}}
			/>
		</Modal>
	);
}
