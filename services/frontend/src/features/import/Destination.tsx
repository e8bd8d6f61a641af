// SPDX-License-Identifier: Apache-2.0
// Destination - where a file's rows go: a dataset there is, or a new one; what fits is offered.
import { Checkbox, Radio, Select, TextInput } from '@mantine/core';
import { t, word } from '../../i18n';
import type { Guess } from './guess';
import css from './Import.module.css';

const NAME = /^([a-z][a-z0-9_]{0,47}\.)?[a-z][a-z0-9_]{0,47}$/;

export interface Choice {
	fresh: boolean;
	dataset: string | null;
	name: string;
	mode: 'append' | 'replace';
	atOnce: boolean;
}

/** What is wrong with the name of a new dataset; null = nothing. */
export function nameFault(name: string, taken: ReadonlySet<string>): string | null {
	if (!NAME.test(name)) return t('import.name_wrong');
	return taken.has(name.replace(/^default\./, '')) ? t('import.taken') : null;
}

function guessText(guess: Guess): string {
	return guess.by === 'header'
		? t('import.guess_header', { name: guess.ref, n: guess.matched, of: guess.columns })
		: t('import.guess_name', { name: guess.ref });
}

const MOST_OFFERS = 5;

/** Datasets the file may belong to that are not the chosen one. */
function Offers({ guesses, onTake }: { guesses: Guess[]; onTake: (ref: string) => void }) {
	if (guesses.length === 0) return null;
	return (
		<div role="status">
			<ul className={css.offers} aria-label={t('import.offers')}>
				{guesses.slice(0, MOST_OFFERS).map((g) => (
					<li key={g.ref}>
						{guessText(g)}{' '}
						<button type="button" className="plain" onClick={() => onTake(g.ref)}>
							{t('import.add_to', { name: g.ref })}
						</button>
					</li>
				))}
			</ul>
		</div>
	);
}

interface NewDatasetProps {
	choice: Choice;
	taken: ReadonlySet<string>;
	onChange: (c: Partial<Choice>) => void;
}

function NewDataset({ choice, taken, onChange }: NewDatasetProps) {
	return (
		<div className={css.indent}>
			<TextInput
				label={t('import.name')}
				description={t('import.name_help')}
				value={choice.name}
				error={choice.name === '' ? undefined : nameFault(choice.name, taken)}
				onChange={(e) => onChange({ name: e.currentTarget.value })}
			/>
			<Radio.Group
				label={t('import.mode')}
				value={choice.mode}
				onChange={(mode) => onChange({ mode: mode as Choice['mode'] })}
			>
				<div className={css.radios}>
					{(['append', 'replace'] as const).map((mode) => (
						<Radio key={mode} value={mode} label={word('import.mode', mode)} />
					))}
				</div>
			</Radio.Group>
			<Checkbox
				label={t('import.at_once')}
				description={t('import.at_once_help')}
				checked={choice.atOnce}
				onChange={(e) => onChange({ atOnce: e.currentTarget.checked })}
			/>
		</div>
	);
}

interface DestinationProps {
	choice: Choice;
	/** datasets that may be filled */
	refs: string[];
	/** names a new dataset cannot have */
	taken: ReadonlySet<string>;
	guesses: Guess[];
	onChange: (c: Partial<Choice>) => void;
}

export function Destination({ choice, refs, taken, guesses, onChange }: DestinationProps) {
	const into = choice.fresh ? null : choice.dataset;
	const chosen = guesses.find((g) => g.ref === into);
	return (
		<>
			<Offers
				guesses={guesses.filter((g) => g.ref !== into)}
				onTake={(dataset) => onChange({ dataset, fresh: false })}
			/>
			<Radio.Group
				label={t('import.where')}
				value={choice.fresh ? 'new' : 'known'}
				onChange={(v) => onChange({ fresh: v === 'new' })}
			>
				<div className={css.radios}>
					{refs.length === 0 ? null : <Radio value="known" label={t('import.known')} />}
					{choice.fresh ? null : (
						<div className={css.indent}>
							<Select
								aria-label={t('import.known')}
								placeholder={t('import.choose')}
								searchable
								allowDeselect={false}
								data={refs}
								value={choice.dataset}
								onChange={(dataset) => onChange({ dataset, fresh: false })}
							/>
							{chosen === undefined ? null : (
								<p className="dim small">{guessText(chosen)}</p>
							)}
						</div>
					)}
					<Radio value="new" label={t('import.new')} />
					{choice.fresh ? <NewDataset choice={choice} taken={taken} onChange={onChange} /> : null}
				</div>
			</Radio.Group>
		</>
	);
}
