import type { Logger } from '@holdfast/core'
import type { Logger as AnyPino } from 'pino'
import { factCleaner } from './clean-facts.ts'
import { scrub } from './scrub.ts'
import { currentRequestId } from './request-scope.ts'

/** What is used of pino: any logger of its, or a child of one. */
export type Pino = Pick<AnyPino, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'>

/** What a host may choose about what is logged. */
export interface PinoLoggerOptions {
  /** Names of fields that may be logged beside those that Holdfast logs, in snake_case. */
  readonly alsoLogged?: readonly string[]
}

/**
 * Logs to pino: each fact under `event` by its own name, with what is known of it beside, in snake_case; ids under
 * one name each (`payment_id`, `attempt_id`, …), and `request_id` within {@link withRequestId}.
 *
 * Nothing is logged that is not on a list of fields, and what is on it is scrubbed, see {@link factCleaner}: no secret, no card, no
 * person's data. Names of fields that were left out are under `redacted`. A level that is off costs nothing.
 */
export const pinoLogger = (pino: Pino, { alsoLogged = [] }: PinoLoggerOptions = {}): Logger => {
  const clean = factCleaner(alsoLogged)
  return {
    log(level, event, data) {
      if (!pino.isLevelEnabled(level)) return
      const requestId = currentRequestId()
      const facts = requestId === undefined ? data : { request_id: requestId, ...data }
      pino[level]({ event: scrub(event), ...clean(facts) })
    },
  }
}
