import type { Database } from './system/database.ts'
import { Violation } from './oracle/violation.ts'

/** Everything that is stored, a line for each row: the same on both databases after the same story. */
export const contentsOf = (database: Database): readonly string[] =>
  database
    .query<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'holdfast\\_%' ESCAPE '\\'
       AND name <> 'holdfast_migrations' ORDER BY name`,
    )
    .flatMap(({ name }) =>
      database
        .query<Readonly<Record<string, unknown>>>(`SELECT * FROM ${name}`)
        .map((row) => `${name} ${JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`)
        .toSorted(),
    )

/** What of a run has to be the same on both databases. */
export interface Comparable {
  readonly hash: string
  readonly lines: readonly string[]
  readonly contents: readonly string[]
}

/** Where two runs of one story went apart, if they did. */
export const difference = (one: Comparable, other: Comparable): Violation | undefined => {
  const at = (a: readonly string[], b: readonly string[]): string => {
    const index = Array.from({ length: Math.max(a.length, b.length) }, (_, line) => line).find(
      (line) => a[line] !== b[line],
    )
    return index === undefined ? '' : `${a[index] ?? 'nothing'}\n  and on the other: ${b[index] ?? 'nothing'}`
  }
  if (one.hash !== other.hash) return new Violation('D1', `the databases went apart at ${at(one.lines, other.lines)}`)
  const row = at(one.contents, other.contents)
  return row === '' ? undefined : new Violation('D1', `the databases ended apart with ${row}`)
}
