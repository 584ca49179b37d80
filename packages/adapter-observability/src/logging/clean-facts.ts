import type { Json } from '@holdfast/core'
import { holdsCardNumber, redacted, scrub } from './scrub.ts'

/**
 * What may be logged, by the name it has in the log. Everything else is left out: a field that somebody adds is not in any
 * log before somebody has looked at what it holds.
 */
export const loggedFields = [
  // Who and what: ids of ours, and the provider's of objects that are neither a person nor a card.
  'request_id',
  'payment_id',
  'deposit_payment_id',
  'attempt_id',
  'refund_id',
  'intent_id',
  'reservation_id',
  'consultation_id',
  'order_id',
  'charge_id',
  'dispute_id',
  'provider_id',
  'event_id',
  'effect_id',
  'task_id',
  'trace_id',
  'span_id',
  'actor',
  'reference',
  // How it went: names, codes and statuses.
  'about',
  'because',
  'by',
  'call',
  'check',
  'code',
  'destination',
  'error',
  'failure',
  'full',
  'kind',
  'method',
  'outcome',
  'path',
  'plan',
  'policy',
  'queue',
  'provider_code',
  'reason',
  'retryable',
  'route',
  'signal',
  'state',
  'status',
  'template',
  'transfer',
  'type',
  // How much, how often and when.
  'amount',
  'minor_units',
  'currency',
  'refund',
  'refunded',
  'refunds',
  'disputes',
  'expected',
  'reported',
  'found',
  'at',
  'due_at',
  'opened_at',
  'ended_at',
  'expires_at',
  'duration_ms',
  'away_ms',
  'retry_after_ms',
  'tries',
  'abandoned',
  'failed',
  'paid',
  'pending',
  'processing',
  'charge',
  'charged',
  'record',
  'id',
  // Free text, of errors. Without it nobody could mend anything; it goes through `scrub` as every text does.
  'detail',
] as const

/** Names under which the same thing is logged elsewhere, and what it is called in the log. */
const names: Readonly<Record<string, string>> = {
  payment: 'payment_id',
  attempt: 'attempt_id',
  effect: 'effect_id',
  task: 'task_id',
  // In the log, `event` is what has happened.
  event: 'event_id',
}

/** Facts as they may be logged: fields on the list only, by their names in the log, with every text scrubbed. */
export type CleanFacts = Readonly<Record<string, unknown>>

/** Cleans facts, see {@link factCleaner}. */
export type CleanUp = (facts: Readonly<Record<string, Json>>) => CleanFacts

/**
 * Makes what cleans facts for a log: fields that are not on the list are left out, and named under `redacted`; structures are
 * cleaned field by field, and every text is scrubbed. Amounts, which are bigints, become text. `alsoLogged`: names of fields, in
 * snake_case, that the host wants logged beside {@link loggedFields}.
 */
export const factCleaner = (alsoLogged: readonly string[] = []): CleanUp => {
  const allowed = new Set<string>([...loggedFields, ...alsoLogged])
  const record = (
    facts: object,
    names_: Readonly<Record<string, string>>,
    path: string,
    left: string[],
  ): CleanFacts => {
    const clean: Record<string, unknown> = {}
    for (const [given, value] of Object.entries(facts)) {
      const name = names_[given] ?? given.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      if (value === undefined) continue
      if (allowed.has(name)) clean[name] = cleaned(value, `${path}${name}.`, left)
      else left.push(`${path}${tellable(name)}`)
    }
    return clean
  }
  const cleaned = (value: unknown, path: string, left: string[]): unknown => {
    if (typeof value === 'string') return scrub(value)
    if (typeof value === 'bigint') return isPlastic(value) ? redacted : value.toString()
    if (typeof value === 'number') return isPlastic(value) ? redacted : value
    if (Array.isArray(value)) return value.slice(0, mostOfAList).map((each) => cleaned(each, path, left))
    return typeof value === 'object' && value !== null ? record(value, {}, path, left) : value
  }
  return (facts) => {
    const left: string[] = []
    const clean = record(facts, names, '', left)
    return left.length === 0 ? clean : { ...clean, redacted: left }
  }
}

const mostOfAList = 20

/** A number that could be a card's. */
const isPlastic = (value: number | bigint): boolean => value >= 10n ** 12n && holdsCardNumber(value.toString())

/** A name that is a name, and not itself something that must not be told. */
const tellable = (name: string): string => (/^[a-z_][\w-]{0,39}$/i.test(name) && scrub(name) === name ? name : '?')
