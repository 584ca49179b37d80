import type { Readable } from '../system/database.ts'
import { after, machines } from './moves.ts'
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

/** Where the rows of each machine are, and what they are before any fact tells of them. */
const rowsOf = {
  payment: ['holdfast_payments', "'pending'"],
  attempt: ['holdfast_attempts', "'requested'"],
  refund: ['holdfast_refunds', "'requested'"],
  intent: ['holdfast_intents', "'open'"],
  order: ['holdfast_orders', "'pending'"],
  consultation: ['holdfast_consultations', "'open'"],
  reservation: ['holdfast_reservations', "CASE WHEN balance_payment_id IS NULL THEN 'paid' ELSE 'confirmed' END"],
} as const

/** What every machine's rows say. */
const everyStatus = Object.entries(rowsOf)
  .map(([type, [rows, first]]) => `SELECT '${type}' AS type, id, status, ${first} AS first FROM ${rows}`)
  .join(' UNION ALL ')

interface StatusRow {
  readonly type: string
  readonly id: string
  readonly status: string
  readonly first: string
}

const firstOfStay = `SELECT ${rowsOf.reservation[1]} AS first FROM holdfast_reservations WHERE id = ?`

export const createEdges = (database: Readable, counts: Counts): Edges => {
  const statuses = new Map<string, string>()
  /** What moved a stay last: it stands in the story of each of its payments. */
  const moved = new Map<string, string>()
  let last = 0
  const begin = (type: string, id: string, first: string): string =>
    type === 'reservation' ? (database.query<{ readonly first: string }>(firstOfStay, id)[0]?.first ?? first) : first
  const move = ({ at, about_type: type, about_id: id, name }: Entry): void => {
    const machine = machines[type]
    if (machine === undefined) return
    const from = statuses.get(id)
    if (from === undefined && machine.births.includes(name)) {
      statuses.set(id, machine.first)
      return
    }
    const news = `${name} ${at}`
    if (type === 'reservation' && moved.get(id) === news) return
    moved.set(id, news)
    const to = after(machine, from ?? begin(type, id, machine.first), name)
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
      for (const { type, id, status, first } of database.query<StatusRow>(everyStatus)) {
        const told = statuses.get(id) ?? first
        if (told !== status) throw new Violation('A9', `${type} ${id} is ${status}, and its facts make it ${told}`)
      }
      return entries
    },
  }
}
