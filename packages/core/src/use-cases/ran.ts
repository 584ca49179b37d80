import type { Json } from '../kernel/json.ts'

/** What a task has come to, and when it runs again, if it does. */
export interface Ran {
  readonly result: Json
  readonly againInMs?: number
}
