// biome-ignore-all lint/a11y/noRedundantRoles: the cards of a phone change `display`, which takes the roles away
import type { ReactNode } from 'react'

export type Column<T> = {
  header: string
  cell: (row: T) => ReactNode
  /** `lead` is the title of the card that a row becomes on a phone, `bare` has no label there. */
  kind?: 'lead' | 'bare' | 'number' | 'nowrap'
}
type Props<T> = { label: string; rows: T[]; columns: Column<T>[]; rowKey: (row: T) => string }

/** A table that becomes a list of cards at phone width. */
export function DataTable<T>({ label, rows, columns, rowKey }: Props<T>) {
  return (
    <div className="table-box">
      <table className="data-table" role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ header, kind }) => (
              <th key={header} role="columnheader" scope="col" className={kind}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map(({ header, kind, cell }) => (
                <td key={header} role="cell" data-label={header} className={kind}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
