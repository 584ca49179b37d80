import type { Dialect } from '../dialect.ts'

/** A step of the schema. Once it was released it never changes: a correction is another step. */
export interface Migration {
  /** `0001_initial`: they run in the order of their names. */
  readonly name: string
  readonly statements: (dialect: Dialect) => readonly string[]
}
