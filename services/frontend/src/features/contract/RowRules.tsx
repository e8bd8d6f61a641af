// SPDX-License-Identifier: Apache-2.0
// RowRules - conditions over the values of one row: a name, an expression, a message for the reject.
import { Button } from '@mantine/core';
import type { ContractDoc } from '../../api/types';
import { t } from '../../i18n';
import css from './Contract.module.css';
import { Line } from './Line';
import { rowRules, withRowRules, type RowRule } from './fields';

interface RowRulesProps {
	doc: ContractDoc;
	onEdit: ((doc: ContractDoc) => void) | undefined;
}

interface RuleLineProps {
	rule: RowRule;
	onChange: ((rule: RowRule | undefined) => void) | undefined;
}

function RuleLine({ rule, onChange }: RuleLineProps) {
	const off = onChange === undefined;
	return (
		<li className={css.rule}>
			<Line
				label={t('contract.rule_name')}
				value={rule.name}
				disabled={off}
				onDone={(name) => onChange?.({ ...rule, name: name.trim() })}
			/>
			<Line
				label={t('contract.rule_expr')}
				value={rule.expr}
				disabled={off}
				mono
				onDone={(expr) => onChange?.({ ...rule, expr })}
			/>
			<Line
				label={t('contract.rule_message')}
				value={rule.message ?? ''}
				disabled={off}
				onDone={(message) => onChange?.({ ...rule, message })}
			/>
			{off ? null : (
				<Button
					variant="subtle"
					aria-label={t('contract.rule_remove', { name: rule.name })}
					onClick={() => onChange(undefined)}
				>
					{t('contract.remove')}
				</Button>
			)}
		</li>
	);
}

/** The first name of rule_1, rule_2 ... that is free. */
function freeName(rules: RowRule[]): string {
	let n = rules.length + 1;
	while (rules.some((r) => r.name === `rule_${n}`)) n += 1;
	return `rule_${n}`;
}

export function RowRules({ doc, onEdit }: RowRulesProps) {
	const rules = rowRules(doc);
	const change = (index: number) => (rule: RowRule | undefined) =>
		onEdit?.(
			withRowRules(
				doc,
				rules.flatMap((r, i) => (i !== index ? [r] : rule === undefined ? [] : [rule])),
			),
		);
	if (rules.length === 0 && onEdit === undefined) return null;
	return (
		<section className={css.rules} aria-label={t('contract.row_rules')}>
			<h2>{t('contract.row_rules')}</h2>
			<p className="small dim">{t('contract.row_rules_help')}</p>
			<ul className={css.ruleList}>
				{rules.map((rule, i) => (
					<RuleLine
						key={`${i}-${rule.name}`}
						rule={rule}
						onChange={onEdit === undefined ? undefined : change(i)}
					/>
				))}
			</ul>
			{onEdit === undefined ? null : (
				<div>
					<Button
						variant="default"
						onClick={() =>
							onEdit(
								withRowRules(doc, [...rules, { name: freeName(rules), expr: 'true' }]),
							)
						}
					>
						{t('contract.rule_add')}
					</Button>
				</div>
			)}
		</section>
	);
}
