import {
  attemptTransitions,
  consultationTransitions,
  intentTransitions,
  orderTransitions,
  paymentTransitions,
  refundTransitions,
  type Transitions,
} from '@holdfast/core'
import type { Readable } from '../system/database.ts'
import type { Counts } from './sometimes.ts'
import { Violation } from './violation.ts'

/** One line of the timeline. */
export interface Entry {
  /** When, by the clock of whoever wrote it. */
  readonly at: number
  readonly payment_id: string
  readonly type: string
  readonly about_type: string
  readonly about_id: string
  readonly name: string
  readonly data: string
  /** Present for commands: who gave it. */
  readonly actor?: string
}

interface Row {
  readonly seq: number
  readonly payment_id: string
  readonly lines: string
}

/** The lines of a row, read without the help of what wrote them. */
const entriesOf = ({ payment_id, lines }: Row): readonly Entry[] =>
  (JSON.parse(lines) as readonly Line[]).map(([at, type, aboutType, aboutId, name, data, actor]) => ({
    at,
    payment_id,
    type,
    about_type: aboutType,
    about_id: aboutId,
    name,
    data: JSON.stringify(data),
    ...(actor === undefined ? {} : { actor }),
  }))

type Line = readonly [
  at: number,
  type: string,
  aboutType: string,
  aboutId: string,
  name: string,
  data: unknown,
  actor?: string,
]

/** The whole timeline, in the order in which it was written. */
export const readTimeline = (database: Readable): readonly Entry[] => rowsAfter(database, 0).flatMap(entriesOf)

const rowsAfter = (database: Readable, seq: number): readonly Row[] =>
  database.query<Row>('SELECT seq, payment_id, lines FROM holdfast_timeline WHERE seq > ? ORDER BY seq', seq)

/** How often the owner of a payment was told something, as its timeline has it. */
export const countMessages = (database: Readable, paymentId: string): number =>
  readTimeline(database).filter(({ payment_id, name }) => payment_id === paymentId && name === 'message_sent').length

/** Follows every machine from fact to fact. */
export interface Edges {
  /** Reads what was committed since it was asked last. @throws {@link Violation} A9 for a move that no table has. */
  follow(): readonly Entry[]
  /** The status of something, as its facts tell. */
  statusOf(id: string): string | undefined
}

const machines: Readonly<
  Record<string, { readonly table: Transitions<string, string>; readonly first: string; readonly rows: string }>
> = {
  payment: { table: paymentTransitions, first: 'pending', rows: 'holdfast_payments' },
  attempt: { table: attemptTransitions, first: 'requested', rows: 'holdfast_attempts' },
  refund: { table: refundTransitions, first: 'requested', rows: 'holdfast_refunds' },
  intent: { table: intentTransitions, first: 'open', rows: 'holdfast_intents' },
  order: { table: orderTransitions, first: 'pending', rows: 'holdfast_orders' },
  consultation: { table: consultationTransitions, first: 'open', rows: 'holdfast_consultations' },
}

/** What every machine's rows say. */
const everyStatus = Object.entries(machines)
  .map(([type, { rows }]) => `SELECT '${type}' AS type, id, status FROM ${rows}`)
  .join(' UNION ALL ')

interface StatusRow {
  readonly type: string
  readonly id: string
  readonly status: string
}

/** What begins a life instead of moving it. */
const births = new Set(['created', 'requested', 'found_at_provider', 'opened', 'placed'])

export const createEdges = (database: Readable, counts: Counts): Edges => {
  const statuses = new Map<string, string>()
  let last = 0
  const move = ({ about_type: type, about_id: id, name }: Entry): void => {
    const machine = machines[type]
    if (machine === undefined) return
    const from = statuses.get(id)
    if (from === undefined && births.has(name)) {
      statuses.set(id, machine.first)
      return
    }
    const to = machine.table[from ?? machine.first]?.[name]
    if (to === undefined) throw new Violation('A9', `${type} ${id} went from ${from ?? 'nothing'} by ${name}`)
    statuses.set(id, to)
  }
  return {
    statusOf: (id) => statuses.get(id),
    follow() {
      const rows = rowsAfter(database, last)
      last = rows.at(-1)?.seq ?? last
      const entries = rows.flatMap(entriesOf)
      if (entries.length === 0) return entries
      for (const entry of entries) {
        if (entry.type !== 'fact') continue
        counts.add(`fact:${entry.about_type}.${entry.name}`)
        move(entry)
      }
      for (const { type, id, status } of database.query<StatusRow>(everyStatus)) {
        const told = statuses.get(id) ?? machines[type]?.first
        if (told !== status) throw new Violation('A9', `${type} ${id} is ${status}, and its facts make it ${told}`)
      }
      return entries
    },
  }
}
