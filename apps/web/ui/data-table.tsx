'use client';

import {
  type ColumnDef,
  createSortedRowModel,
  type Header,
  type Row,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { cva, type VariantProps } from 'class-variance-authority';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo, type ReactNode, useMemo, useState } from 'react';
import { classNames } from './class-names.ts';
import { ScrollRegion } from './scroll-region.tsx';

export interface DataColumn<T> {
  readonly id: string;
  /** Empty: its cells say themselves what they are. */
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** Its cells name their rows. */
  readonly isRowHeader?: boolean;
  readonly isNumber?: boolean;
  /** Of its cells. */
  readonly className?: string | ((row: T) => string | undefined);
  /** Shown in whole where the cell cuts it off. */
  readonly title?: (row: T) => string | undefined;
  /** What it is sorted by; left out: it can't be. Null: not known. */
  readonly sortBy?: (row: T) => string | number | null;
}

export interface DataTableProps<T extends object> extends VariantProps<typeof rowLook> {
  /** Names the region that scrolls; left out: it is no region of its own. */
  readonly label?: string;
  /** Has to be the same array until a column changes. */
  readonly columns: readonly DataColumn<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T, index: number) => string;
  /** Stands in place of the rows when there are none. */
  readonly none?: ReactNode;
  /** The column that it is sorted by at first; left out: as the rows come. */
  readonly sortedBy?: string;
  /** Whether two rows of one key look alike: then the second is not drawn. */
  readonly isSame?: (a: T, b: T) => boolean;
  readonly frameClassName?: string;
  readonly tableClassName?: string;
  readonly headClassName?: string;
  readonly rowClassName?: string | ((row: T) => string | undefined);
  readonly isHeadSticky?: boolean;
  readonly isHeadless?: boolean;
  /** Stands under the table; is given the rows in the order that is shown. */
  readonly footer?: (rows: readonly T[]) => ReactNode;
}

const FEATURES = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Features = typeof FEATURES;

const headLook = cva('border-b border-border', {
  variants: {
    density: {
      dense: '[&>*]:px-3 [&>*]:py-1.5',
      normal: '[&>*]:px-3 [&>*]:py-2',
      roomy: '[&>*]:px-4 [&>*]:py-2',
    },
    // The buttons of its cells have the room.
    isSortable: { true: '[&>*]:px-2 [&>*]:py-1' },
  },
});

const rowLook = cva('border-b border-border last:border-b-0', {
  variants: {
    density: {
      dense: '[&>*]:px-3 [&>*]:py-1',
      normal: 'h-9 [&>*]:px-3',
      roomy: '[&>*]:px-4 [&>*]:py-2',
    },
  },
  defaultVariants: { density: 'normal' },
});

/** A table of rows that are of one kind. Columns that can be sorted by have a button for it in their head. */
export function DataTable<T extends object>({
  label,
  columns,
  rows,
  rowKey,
  none,
  sortedBy,
  isSame = Object.is,
  density = 'normal',
  frameClassName,
  tableClassName,
  headClassName,
  rowClassName,
  isHeadSticky = false,
  isHeadless = false,
  footer,
}: DataTableProps<T>) {
  const [DataRow] = useState(() => memo(DrawnRow<T>, looksSame<T>));
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const table = useTable({
    features: FEATURES,
    columns: useMemo(() => columns.map(definitionOf), [columns]),
    data: rows,
    getRowId: rowKey,
    initialState: { sorting: sortedBy === undefined ? [] : [{ id: sortedBy, desc: false }] },
    enableSortingRemoval: false,
    enableMultiSort: false,
  });
  const shown = table.getRowModel().rows;
  const isSortable = columns.some(({ sortBy }) => sortBy !== undefined);
  const content = (
    <table className={classNames('w-full text-left', tableClassName)}>
      {!isHeadless && (
        <thead
          className={classNames('text-xs text-muted', isHeadSticky && 'sticky top-0 bg-surface')}
        >
          {table.getHeaderGroups().map(({ id, headers }) => (
            <tr key={id} className={classNames(headLook({ density, isSortable }), headClassName)}>
              {headers.map((header) => (
                <HeadCell
                  key={header.id}
                  header={header}
                  isNumber={byId.get(header.column.id)?.isNumber === true}
                  sorted={header.column.getIsSorted()}
                />
              ))}
            </tr>
          ))}
        </thead>
      )}
      <tbody>
        {shown.map((row) => (
          <DataRow
            key={row.id}
            row={row}
            columns={columns}
            isSame={isSame}
            className={classNames(
              rowLook({ density }),
              typeof rowClassName === 'function' ? rowClassName(row.original) : rowClassName,
            )}
          />
        ))}
        {shown.length === 0 && none !== undefined && (
          <tr>
            <td colSpan={columns.length} className="px-3 text-center text-muted">
              {none}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
  const frame = classNames(
    'scroll-edges rounded-lg border border-border bg-surface',
    frameClassName,
  );
  return (
    <>
      {label === undefined ? (
        <div className={frame}>{content}</div>
      ) : (
        <ScrollRegion label={label} className={frame}>
          {content}
        </ScrollRegion>
      )}
      {footer?.(shown.map(({ original }) => original))}
    </>
  );
}

function definitionOf<T extends object>({ id, header, sortBy }: DataColumn<T>) {
  const definition: ColumnDef<Features, T> = {
    id,
    header,
    accessorFn: sortBy ?? (() => null),
    enableSorting: sortBy !== undefined,
    sortDescFirst: false,
    sortFn: (a, b, columnId) => compare(a.getValue(columnId), b.getValue(columnId)),
  };
  return definition;
}

/** What is not known comes last in ascending order. */
function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b));
}

interface HeadCellProps<T extends object> {
  readonly header: Header<Features, T>;
  readonly isNumber: boolean;
  readonly sorted: false | 'asc' | 'desc';
}

function HeadCell<T extends object>({ header, isNumber, sorted }: HeadCellProps<T>) {
  const { column } = header;
  const words = String(column.columnDef.header);
  const className = classNames('font-medium', isNumber && 'text-right whitespace-nowrap');
  if (words === '') return <td />;
  if (!column.getCanSort())
    return (
      <th scope="col" className={className}>
        {words}
      </th>
    );
  return (
    <th
      scope="col"
      aria-sort={sorted === false ? 'none' : sorted === 'desc' ? 'descending' : 'ascending'}
      className={className}
    >
      <button
        type="button"
        onClick={column.getToggleSortingHandler()}
        className="inline-flex min-h-6 items-center gap-1 rounded-[4px] px-1 whitespace-nowrap hover:text-text"
      >
        {words}
        {sorted !== false &&
          (sorted === 'desc' ? (
            <ArrowDown size={12} aria-hidden />
          ) : (
            <ArrowUp size={12} aria-hidden />
          ))}
      </button>
    </th>
  );
}

interface DataRowProps<T extends object> {
  readonly row: Row<Features, T>;
  readonly columns: readonly DataColumn<T>[];
  readonly isSame: (a: T, b: T) => boolean;
  readonly className: string;
}

function DrawnRow<T extends object>({ row: { original }, columns, className }: DataRowProps<T>) {
  return (
    <tr className={className}>
      {columns.map((column) => (
        <DataCell key={column.id} column={column} row={original} />
      ))}
    </tr>
  );
}

function looksSame<T extends object>(before: DataRowProps<T>, after: DataRowProps<T>): boolean {
  return (
    before.className === after.className &&
    before.columns === after.columns &&
    after.isSame(before.row.original, after.row.original)
  );
}

function DataCell<T>({ column, row }: { readonly column: DataColumn<T>; readonly row: T }) {
  const { isRowHeader, isNumber, className, title, cell } = column;
  const look = classNames(
    isRowHeader === true && 'font-medium',
    isNumber === true && 'text-right',
    typeof className === 'function' ? className(row) : className,
  );
  return isRowHeader === true ? (
    <th scope="row" className={look}>
      {cell(row)}
    </th>
  ) : (
    <td className={look} title={title?.(row)}>
      {cell(row)}
    </td>
  );
}
