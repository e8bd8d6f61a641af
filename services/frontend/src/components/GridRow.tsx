// SPDX-License-Identifier: Apache-2.0
// GridRow - one row of a DataGrid; drawn again only when something of it changed.
import type { VirtualItem } from '@tanstack/react-virtual';
import { memo, type MouseEvent, type ReactNode } from 'react';
import type { Column } from './DataGrid';
import css from './DataGrid.module.css';

const FOOTED_PX = 28;

interface GridRowProps<R> {
	id: string;
	row: R;
	index: number;
	top: number;
	height: number;
	columns: Array<Column<R>>;
	across: VirtualItem[];
	widths: number[];
	/** the active column when this row is the active one, else -1 */
	active: number;
	/** the selected columns of this row; -1 = none */
	left: number;
	right: number;
	className: string;
	foot: ((row: R) => ReactNode) | undefined;
	onClick: (e: MouseEvent<HTMLElement>, row: number, column: number) => void;
}

const when = (condition: boolean, name: string | undefined) => (condition ? (name ?? '') : '');

function Row<R>(p: GridRowProps<R>) {
	const cellHeight = p.foot === undefined ? p.height - 1 : FOOTED_PX;
	return (
		<div
			role="row"
			aria-rowindex={p.index + 2}
			data-current={p.active >= 0 ? '' : undefined}
			className={`${css.row} ${when(p.active >= 0, css.current)} ${p.className}`}
			style={{ top: p.top, height: p.height }}
		>
			{p.across.map(({ index, start }) => {
				const column = p.columns[index];
				if (column === undefined) return null;
				const selected = index >= p.left && index <= p.right;
				return (
					<div
						key={column.id}
						id={`${p.id}-${p.index}-${index}`}
						role="gridcell"
						aria-colindex={index + 1}
						aria-selected={selected}
						className={`${css.cell} ${when(index === 0, css.first)} ${when(
							column.align === 'end',
							css.end,
						)} ${when(column.mono === true, css.mono)} ${when(selected, css.selected)} ${when(
							p.active === index,
							css.active,
						)}`}
						style={{
							width: p.widths[index],
							insetInlineStart: index === 0 ? undefined : start,
							height: cellHeight,
						}}
						onClick={(e) => p.onClick(e, p.index, index)}
					>
						{column.cell(p.row)}
					</div>
				);
			})}
			{p.foot === undefined ? null : (
				<div role="gridcell" aria-colindex={p.columns.length + 1} className={css.foot}>
					{p.foot(p.row)}
				</div>
			)}
		</div>
	);
}

/** memo forgets that Row is generic; the cast gives it back. */
export const GridRow = memo(Row) as typeof Row;
