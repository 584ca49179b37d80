/** Which rule of a table a statement would have broken. `exclusion` is known to Postgres alone. */
export type ConstraintType = 'unique' | 'foreign_key' | 'check' | 'not_null' | 'exclusion'

/**
 * A statement of the host's would have broken a constraint. Nothing of that statement was kept, and all the rest of the
 * transaction is untouched: whoever catches it may go on in it, and whoever does not takes everything back.
 */
export class ConstraintViolation extends Error {
  override readonly name = 'ConstraintViolation'
  readonly type: ConstraintType
  /**
   * Which one, as the database says it. On Postgres the constraint's name, or `table.column` of one that must be there; on
   * SQLite the columns (`seats.play, seats.seat`) or the check's name, and nothing for a foreign key.
   */
  readonly constraint: string | undefined

  constructor(type: ConstraintType, constraint: string | undefined, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.type = type
    this.constraint = constraint
  }
}

/** What an error of Postgres says of a constraint, if anything. */
export const postgresViolation = (error: unknown): ConstraintViolation | undefined => {
  const { code = '', constraint, table, column } = error as PostgresError
  const type = postgresTypes[code]
  return type && new ConstraintViolation(type, constraint ?? (column && `${table}.${column}`), error)
}

/** What an error of SQLite says of a constraint, if anything. */
export const sqliteViolation = (error: unknown): ConstraintViolation | undefined => {
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string }
  const type = sqliteTypes[code]
  return type && new ConstraintViolation(type, /: (.+)$/.exec(message)?.[1], error)
}

interface PostgresError {
  readonly code?: string
  readonly constraint?: string
  readonly table?: string
  readonly column?: string
}

const postgresTypes: Readonly<Record<string, ConstraintType>> = {
  23505: 'unique',
  23503: 'foreign_key',
  23514: 'check',
  23502: 'not_null',
  '23P01': 'exclusion',
}

const sqliteTypes: Readonly<Record<string, ConstraintType>> = {
  SQLITE_CONSTRAINT_UNIQUE: 'unique',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'unique',
  SQLITE_CONSTRAINT_ROWID: 'unique',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign_key',
  SQLITE_CONSTRAINT_CHECK: 'check',
  SQLITE_CONSTRAINT_NOTNULL: 'not_null',
}
