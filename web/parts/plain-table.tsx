import type { ReactNode } from 'react';

interface PlainTableProps<T> {
  readonly caption: string;
  readonly columns: readonly { readonly header: string; readonly cell: (item: T) => ReactNode }[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Shown where there is no item. */
  readonly empty: string;
}

/** A few rows of figures: the first column names the row. Cloudscape's own table is a fifth of a first load, and is for lists that are worked with. */
export function PlainTable<T>({ caption, columns, items, keyOf, empty }: PlainTableProps<T>): ReactNode {
  return (
    <div className="scroll">
      <table className="plain-table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ header }) => (
              <th key={header} scope="col">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(({ header, cell }, index) =>
                index === 0 ? (
                  <th key={header} scope="row">
                    {cell(item)}
                  </th>
                ) : (
                  <td key={header}>{cell(item)}</td>
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
