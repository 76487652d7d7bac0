import type { ReactNode } from 'react';

interface PlainTableProps<T> {
  readonly caption: string;
  /** Figures end where those above them do; words begin so. */
  readonly columns: readonly { readonly header: string; readonly isText?: boolean; readonly cell: (item: T) => ReactNode }[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Shown where there is no item. */
  readonly empty: string;
}

const classOf = (isText: boolean | undefined): string | undefined => (isText === true ? 'text' : undefined);

/** A few rows of figures: the first column names the row. Cloudscape's own table is a fifth of a first load, and is for lists that are worked with. */
export function PlainTable<T>({ caption, columns, items, keyOf, empty }: PlainTableProps<T>): ReactNode {
  return (
    <div className="scroll">
      <table className="plain-table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ header, isText }) => (
              <th key={header} scope="col" className={classOf(isText)}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(({ header, isText, cell }, index) =>
                index === 0 ? (
                  <th key={header} scope="row">
                    {cell(item)}
                  </th>
                ) : (
                  <td key={header} className={classOf(isText)}>
                    {cell(item)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {items.length === 0 ? empty : null}
    </div>
  );
}
