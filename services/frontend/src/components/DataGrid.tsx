// SPDX-License-Identifier: Apache-2.0
// DataGrid - the one table: windowed rows and columns, sticky head and first column, sort, resize,
// range selection, copy as TSV, keys of the grid pattern.
import { useElementSize } from '@mantine/hooks';
import { useVirtualizer, type Range as WindowRange } from '@tanstack/react-virtual';
import {
	useCallback,
	useEffect,
	useId,
	useMemo,
	useRef,
	useState,
	type KeyboardEvent,
	type MouseEvent,
	type ReactNode,
} from 'react';
import { t } from '../i18n';
import { count } from '../lib/format';
import css from './DataGrid.module.css';
import { GridHead } from './GridHead';
import { GridRow } from './GridRow';
import { asTsv, fitted, inRows, moved, rangeOf, type Selection, type Spot } from './gridModel';

export interface Column<R> {
	id: string;
	title: string;
	/** under the title, in small: a type, a unit, a zone */
	note?: string | undefined;
	width: number;
	align?: 'end' | undefined;
	mono?: boolean | undefined;
	/** the value to sort by on the server */
	sortKey?: string | undefined;
	cell: (row: R) => ReactNode;
	/** what copying yields */
	text?: ((row: R) => string) | undefined;
}

export interface DataGridProps<R> {
	label: string;
	columns: Array<Column<R>>;
	rows: R[];
	rowKey: (row: R, index: number) => string;
	rowHeight?: number;
	/** all rows on the server, when that is known */
	total?: number | undefined;
	estimate?: boolean;
	/** the server has more; called when the end comes near */
	onMore?: (() => void) | undefined;
	loadingMore?: boolean;
	sort?: string | undefined;
	onSort?: ((sort: string | undefined) => void) | undefined;
	onOpen?: ((row: R) => void) | undefined;
	/** the active row changed, by key or click */
	onActive?: ((row: R | undefined) => void) | undefined;
	/** a second line within the row */
	foot?: ((row: R) => ReactNode) | undefined;
	rowClass?: ((row: R) => string | undefined) | undefined;
	/** the grid that j and k go to */
	primary?: boolean;
	status?: ReactNode;
	/** grows with its rows instead of filling its parent */
	inline?: boolean;
	head?: number;
}

const keepFirst = (r: WindowRange): number[] => {
	const from = Math.max(0, r.startIndex - r.overscan);
	const to = Math.min(r.count - 1, r.endIndex + r.overscan);
	const list = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
	return from === 0 || r.count === 0 ? list : [0, ...list];
};

export function DataGrid<R>(props: DataGridProps<R>) {
	const { columns, rows, rowHeight = 32, onMore, onOpen, onActive, foot } = props;
	const headHeight = props.head ?? (columns.some((c) => c.note !== undefined) ? 44 : 32);
	const id = useId();
	const scroller = useRef<HTMLDivElement>(null);
	const { ref: sizeRef, width } = useElementSize();
	const [custom, setCustom] = useState<Record<string, number>>({});
	const [selection, setSelection] = useState<Selection | null>(null);

	const widths = useMemo(
		() =>
			fitted(
				columns.map((c) => custom[c.id] ?? c.width),
				columns[columns.length - 1]?.align === 'end' ? 0 : Math.max(0, width - 2),
			),
		[columns, custom, width],
	);
	const rowWindow = useVirtualizer({
		count: rows.length,
		getScrollElement: () => scroller.current,
		estimateSize: () => rowHeight,
		overscan: 12,
		scrollPaddingEnd: headHeight,
	});
	const columnWindow = useVirtualizer({
		horizontal: true,
		count: columns.length,
		getScrollElement: () => scroller.current,
		estimateSize: (i) => widths[i] ?? 100,
		overscan: 4,
		rangeExtractor: keepFirst,
		scrollPaddingStart: widths[0] ?? 0,
	});
	useEffect(() => columnWindow.measure(), [columnWindow, widths]);
	useEffect(() => rowWindow.measure(), [rowWindow, rowHeight]);

	const items = rowWindow.getVirtualItems();
	const lastShown = items[items.length - 1]?.index ?? -1;
	useEffect(() => {
		if (onMore !== undefined && rows.length > 0 && lastShown >= rows.length - 30) onMore();
	}, [onMore, lastShown, rows.length]);

	const activeRow = selection === null ? undefined : rows[selection.active.row];
	useEffect(() => {
		onActive?.(activeRow);
	}, [activeRow, onActive]);

	const go = useCallback(
		(spot: Spot, extend: boolean) => {
			setSelection((s) => ({ active: spot, anchor: extend && s !== null ? s.anchor : spot }));
			if (spot.row >= 0) rowWindow.scrollToIndex(spot.row);
			columnWindow.scrollToIndex(spot.column);
		},
		[rowWindow, columnWindow],
	);
	const resize = useCallback(
		(column: string, to: number) =>
			setCustom((c) => ({ ...c, [column]: Math.max(48, Math.min(900, Math.round(to))) })),
		[],
	);

	function copy(): void {
		if (selection === null) return;
		const text = asTsv(rangeOf(selection), (r, c) => {
			const row = rows[r];
			const column = columns[c];
			return row === undefined || column === undefined ? '' : (column.text?.(row) ?? '');
		});
		void navigator.clipboard.writeText(text);
	}

	function onKeyDown(e: KeyboardEvent<HTMLDivElement>): void {
		if (e.target !== e.currentTarget || e.altKey) return;
		const active = selection?.active ?? { row: -1, column: 0 };
		const ctrl = e.ctrlKey || e.metaKey;
		/* The page's own: Ctrl+Enter publishes wherever the focus is. */
		if (ctrl && e.key === 'Enter') return;
		const column = columns[active.column];
		if (active.row === -1 && column !== undefined && selection !== null) {
			if (e.shiftKey && (e.key === 'ArrowLeft' || e.key === 'ArrowRight')) {
				const step = e.key === 'ArrowLeft' ? -16 : 16;
				resize(column.id, (widths[active.column] ?? column.width) + step);
				e.preventDefault();
				return;
			}
			if (e.key === 'Enter') toggleSort(column);
		}
		if (ctrl && e.key === 'c' && window.getSelection()?.isCollapsed !== false) copy();
		else if (e.key === 'Enter' && activeRow !== undefined) onOpen?.(activeRow);
		else if (e.key === 'Escape') setSelection(null);
		else {
			if (ctrl && e.key !== 'Home' && e.key !== 'End') return;
			const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2);
			const size = { rows: rows.length, columns: columns.length, page };
			const to = moved(active, e.key, ctrl, size);
			if (to === null) return;
			go(to, e.shiftKey && to.row >= 0 && active.row >= 0);
		}
		e.preventDefault();
		e.stopPropagation();
	}

	function toggleSort(column: Column<R>): void {
		if (props.onSort === undefined || column.sortKey === undefined) return;
		const { sortKey } = column;
		const next =
			props.sort === sortKey ? `-${sortKey}` : props.sort === `-${sortKey}` ? undefined : sortKey;
		props.onSort(next);
	}

	const onCellClick = useCallback(
		(e: MouseEvent<HTMLElement>, row: number, column: number): void => {
			if ((e.target as Element).closest('a,button,input,select,label') !== null) return;
			setSelection((s) => {
				const spot = { row, column };
				return { active: spot, anchor: e.shiftKey && s !== null ? s.anchor : spot };
			});
			const value = rows[row];
			if (value !== undefined && window.getSelection()?.isCollapsed !== false) onOpen?.(value);
		},
		[rows, onOpen],
	);

	const range = selection === null ? null : rangeOf(selection);
	const across = columnWindow.getVirtualItems();
	const totalWidth = widths.reduce((a, b) => a + b, 0);
	/* borders, and the scroll bar when it is there */
	const spare = totalWidth > width ? 18 : 1;
	const activeId =
		selection === null ? undefined : `${id}-${selection.active.row}-${selection.active.column}`;

	return (
		<div className={props.inline === true ? css.inline : css.frame} data-part="grid">
			<div
				ref={(element) => {
					scroller.current = element;
					sizeRef(element);
				}}
				className={css.scroller}
				style={
					props.inline === true
						? { height: Math.min(560, headHeight + rows.length * rowHeight + spare) }
						: undefined
				}
				role="grid"
				aria-label={props.label}
				aria-rowcount={props.total === undefined || props.estimate === true ? -1 : props.total + 1}
				aria-colcount={columns.length + (foot === undefined ? 0 : 1)}
				aria-multiselectable="true"
				aria-activedescendant={activeId}
				tabIndex={0}
				data-primary-grid={props.primary === true ? '' : undefined}
				onKeyDown={onKeyDown}
				onFocus={(e) => {
					if (e.target === e.currentTarget && selection === null && rows.length > 0) {
						setSelection({ active: { row: 0, column: 0 }, anchor: { row: 0, column: 0 } });
					}
				}}
			>
				<GridHead
					id={id}
					columns={columns}
					across={across}
					widths={widths}
					width={totalWidth}
					height={headHeight}
					sort={props.sort}
					active={selection?.active.row === -1 ? selection.active.column : -1}
					onSort={props.onSort === undefined ? undefined : toggleSort}
					onResize={resize}
				/>
				<div
					role="rowgroup"
					className={css.body}
					style={{ height: rowWindow.getTotalSize(), width: totalWidth }}
				>
					{items.map((item) => {
						const row = rows[item.index] as R;
						return (
							<GridRow
								key={props.rowKey(row, item.index)}
								id={id}
								row={row}
								index={item.index}
								top={item.start}
								height={rowHeight}
								columns={columns}
								across={across}
								widths={widths}
								active={selection?.active.row === item.index ? selection.active.column : -1}
								left={range !== null && inRows(range, item.index) ? range.left : -1}
								right={range !== null && inRows(range, item.index) ? range.right : -1}
								className={`${onOpen === undefined ? '' : css.opens} ${props.rowClass?.(row) ?? ''}`}
								foot={foot}
								onClick={onCellClick}
							/>
						);
					})}
				</div>
			</div>
			{props.inline === true ? null : (
				<div className={css.status}>
					<span className="num">{position(items, props, rowHeight, scroller.current)}</span>
					{props.status}
				</div>
			)}
		</div>
	);
}

/** "rows 1-60 of 98,214" */
function position<R>(
	items: ReadonlyArray<{ index: number; start: number }>,
	{ rows, total, estimate, onMore }: DataGridProps<R>,
	rowHeight: number,
	element: HTMLDivElement | null,
): string {
	if (rows.length === 0) return t('grid.none');
	const top = element?.scrollTop ?? 0;
	const first = Math.min(rows.length, Math.floor(top / rowHeight) + 1);
	const fits = Math.max(1, Math.floor(((element?.clientHeight ?? 0) - 32) / rowHeight));
	const last = Math.min(rows.length, first + fits - 1, (items[items.length - 1]?.index ?? 0) + 1);
	const known = total ?? (onMore === undefined ? rows.length : undefined);
	const of =
		known === undefined
			? t('grid.at_least', { n: count(rows.length) })
			: `${estimate === true ? '≈ ' : ''}${count(known)}`;
	return t('grid.position', { first: count(first), last: count(Math.max(first, last)), of });
}
