/**
 * A statement, written once for both databases: `?` for each value, `{lock}` after a SELECT whose rows are to be locked,
 * `{skip locked}` where rows that somebody else has locked are to be left out. Both vanish on SQLite, which has one writer.
 */
export interface Statement {
  readonly text: string
  /** The same text for Postgres, and a name that no other text has: a connection prepares it once. */
  readonly postgres: { readonly text: string; readonly name: string | undefined }
  /** The same text for SQLite. */
  readonly sqlite: string
}

/** What a statement can be given. Booleans are stored as 0 and 1, on both databases. */
export type Value = string | number | bigint | null

/**
 * A value as both databases keep it. Postgres keeps no NUL in a text, and what somebody else has written, such as the message of
 * an error, may have one: U+FFFD stands in its place.
 */
export const storable = (value: Value): Value =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value

const known = new Map<string, Statement>()

/** The statement with this text: always the same one for the same text. */
export const statement = (text: string): Statement => {
  const old = known.get(text)
  if (old !== undefined) return old
  const made = {
    text,
    postgres: { text: forPostgres(text), name: `holdfast_${known.size}_${hash(text)}` },
    sqlite: forSqlite(text),
  }
  known.set(text, made)
  return made
}

/**
 * A statement whose text depends on a number of rows. Up to {@link preparedRows} rows it is prepared like any other; past
 * that it is too rare to be worth a place in every connection.
 */
export const rowsStatement = (text: (rows: number) => string): ((rows: number) => Statement) => {
  const sizes = new Map<number, Statement>()
  return (rows) => {
    if (rows > preparedRows)
      return {
        text: text(rows),
        postgres: { text: forPostgres(text(rows)), name: undefined },
        sqlite: forSqlite(text(rows)),
      }
    const old = sizes.get(rows)
    if (old !== undefined) return old
    const made = statement(text(rows))
    sizes.set(rows, made)
    return made
  }
}

/** `(?, ?, ?), (?, ?, ?)`: what several rows of so many columns are inserted with. */
export const placeholders = (rows: number, columns: number): string =>
  Array(rows)
    .fill(`(${Array(columns).fill('?').join(', ')})`)
    .join(', ')

const preparedRows = 16

const forPostgres = (text: string): string => {
  let parameters = 0
  return text
    .replaceAll('{lock}', 'FOR UPDATE')
    .replaceAll('{skip locked}', 'FOR UPDATE SKIP LOCKED')
    .replaceAll('?', () => {
      parameters += 1
      return `$${parameters}`
    })
}

const forSqlite = (text: string): string => text.replaceAll('{lock}', '').replaceAll('{skip locked}', '')

// The number alone would do within one process; the hash keeps two versions of this package apart on one connection.
const hash = (text: string): string => {
  let state = 0x811c9dc5
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return state.toString(36)
}
