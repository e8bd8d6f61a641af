// SPDX-License-Identifier: Apache-2.0
// GridHead - the head of a DataGrid: titles, sort marks and the edges that resize.
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { VirtualItem } from '@tanstack/react-virtual';
import type { PointerEvent } from 'react';
import css from './DataGrid.module.css';
import type { Column } from './DataGrid';

interface GridHeadProps<R> {
	id: string;
	columns: Array<Column<R>>;
	across: VirtualItem[];
	widths: number[];
	width: number;
	height: number;
	sort: string | undefined;
	/** the active column when the head is active, else -1 */
	active: number;
	onSort: ((column: Column<R>) => void) | undefined;
	onResize: (column: string, width: number) => void;
}

function ariaSort(sort: string | undefined, key: string | undefined) {
	if (key === undefined || sort === undefined) return undefined;
	if (sort === key) return 'ascending' as const;
	return sort === `-${key}` ? ('descending' as const) : undefined;
}

export function GridHead<R>(props: GridHeadProps<R>) {
	function drag(e: PointerEvent<HTMLElement>, column: string, from: number): void {
		e.preventDefault();
		e.stopPropagation();
		const edge = e.currentTarget;
		const startX = e.clientX;
		edge.setPointerCapture(e.pointerId);
		edge.onpointermove = (m) => props.onResize(column, from + m.clientX - startX);
		edge.onpointerup = () => {
			edge.onpointermove = null;
			edge.onpointerup = null;
		};
	}
	return (
		<div role="rowgroup" className={css.head} style={{ width: props.width, height: props.height }}>
			<div role="row" aria-rowindex={1} className={css.headRow}>
				{props.across.map((c) => {
					const column = props.columns[c.index];
					if (column === undefined) return null;
					const width = props.widths[c.index] ?? column.width;
					const sorted = ariaSort(props.sort, column.sortKey);
					const sortable = props.onSort !== undefined && column.sortKey !== undefined;
					return (
						<div
							key={column.id}
							id={`${props.id}--1-${c.index}`}
							role="columnheader"
							aria-colindex={c.index + 1}
							aria-sort={sorted}
							className={`${css.headCell} ${c.index === 0 ? css.first : ''} ${
								column.align === 'end' ? css.end : ''
							} ${sortable ? css.sortable : ''} ${props.active === c.index ? css.active : ''}`}
							style={{ width, insetInlineStart: c.index === 0 ? undefined : c.start }}
							onClick={sortable ? () => props.onSort?.(column) : undefined}
						>
							<span className={css.title} title={column.title}>
								<span className="cut">{column.title}</span>
								{sorted === 'ascending' ? <IconArrowUp size={14} aria-hidden="true" /> : null}
								{sorted === 'descending' ? <IconArrowDown size={14} aria-hidden="true" /> : null}
							</span>
							{column.note === undefined ? null : (
								<span className={css.note} title={column.note}>
									{column.note}
								</span>
							)}
							<span
								aria-hidden="true"
								className={css.edge}
								onPointerDown={(e) => drag(e, column.id, width)}
								onClick={(e) => e.stopPropagation()}
								onDoubleClick={() => props.onResize(column.id, column.width)}
							/>
						</div>
					);
				})}
			</div>
		</div>
	);
}
