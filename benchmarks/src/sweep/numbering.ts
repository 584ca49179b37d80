import { after, day, hour, type Instant } from '@holdfast/core'
import { price } from '../paid-session.ts'

/** How payments are numbered, and what there is of each. The statements that make them say the same in SQL. */
export interface Numbering {
  readonly payments: number
  /** How many have something due: every {@link step}th, until there are enough. */
  readonly due: number
  readonly step: number
  readonly madeAt: Instant
  /** When it became due: a tenth of it early, the rest late. */
  readonly early: Instant
  readonly late: Instant
}

/** So many payments, as of a moment. */
export const numberingOf = (payments: number, due: number, madeAt: Instant): Numbering => ({
  payments,
  due,
  step: Math.floor(payments / due),
  madeAt,
  early: after(madeAt, -2 * hour),
  late: after(madeAt, -hour),
})

/** Something that the provider is to be asked about now. */
export interface DueThing {
  readonly of: 'page' | 'charge' | 'refund'
  /** Of the attempt or the refund. */
  readonly id: string
  readonly dueAt: Instant
}

/** Everything that is due, as the statements make it. */
export const dueThings = ({ due, step, early, late }: Numbering): readonly DueThing[] =>
  Array.from({ length: due }, (_, at) => {
    const of = at % 20 < 10 ? 'page' : at % 20 === 10 ? 'refund' : 'charge'
    const tail = `${((BigInt(at * step) * scatter) % 2n ** 32n).toString(16).padStart(8, '0')}${idFiller}`
    return {
      of,
      id: `${of === 'refund' ? 'rf' : 'att'}_${tail}`,
      dueAt: Math.floor(at / 20) % 10 === 0 ? early : late,
    }
  })

/** In SQL, what has become of the payment with the number `n`. */
export const kindOfThing = ({ due, step }: Numbering): string =>
  `CASE
     WHEN n % ${step} = 0 AND n / ${step} < ${due} THEN
       CASE WHEN (n / ${step}) % 20 < 10 THEN 'page_due' WHEN (n / ${step}) % 20 = 10 THEN 'refund_due' ELSE 'charge_due' END
     WHEN n % 20 = 3 THEN 'expired'
     WHEN n % 50 = 7 THEN 'refunded'
     WHEN n % 500 = 9 THEN 'page_open'
     ELSE 'paid'
   END`

/** In SQL, when something of the payment with the number `n` became due, where something did. */
export const dueAtOfThing = ({ step, early, late }: Numbering): string =>
  `CASE WHEN (n / ${step} / 20) % 10 = 0 THEN ${early} ELSE ${late} END`

/** Scatters numbers over 32 bits, each to a place of its own, so that ids follow each other as little as random ones do. */
export const scatter = 2_654_435_761n

/** What makes an id as long as Holdfast's. */
export const idFiller = 'benchmarksbenchmar'

/** What every payment is about, in minor units. */
export const amountMinor = Number(price.minorUnits)

/** How far apart payments were made, in milliseconds: a million in three years. */
export const apartMs = Math.round((3 * 365 * day) / 1_000_000)
