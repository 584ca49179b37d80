import { instant, type Holdfast, type Instant, type PaymentId, type Swept, type UnitOfWork } from '@holdfast/core'
import { sleep } from '../stop-signal.ts'
import type { Progress } from '../terminal.ts'
import { forEach, operator } from './read-cases.ts'
import { standingText } from './standing.ts'
import { sweepInTurn } from './sweep-in-turn.ts'

/** Something the provider can be asked about. */
export interface ToAsk {
  readonly paymentId: PaymentId
  /** `attempt`: a page or a charge under way. `charge`: money that came, which may go back. `refund`: money going back. */
  readonly about: 'attempt' | 'charge' | 'refund'
  readonly id: string
  /** False for what is asked about only because somebody insists. */
  readonly due: boolean
}

/** What there is to ask about, longest due first. */
export interface ListToAsk {
  readonly items: readonly ToAsk[]
  /** True when there is more than is listed. It is asked about all the same. */
  readonly more: boolean
}

/** What is due for a look now; with `force`, also every page and charge under way that is not due yet. */
export const listToAsk = (unitOfWork: UnitOfWork, now: Instant, force: boolean): Promise<ListToAsk> =>
  unitOfWork.read(async (tx) => {
    const attempts = await tx.payments.listDueAttempts(now, listed)
    const charges = await tx.payments.listDueCharges(now, listed)
    const refunds = await tx.payments.listDueRefunds(now, listed)
    const alive = force ? await tx.payments.listDueAttempts(endOfTime, listed) : []
    const due = new Set(attempts.map(({ attemptId }) => attemptId))
    const attempt = ({ paymentId, attemptId }: (typeof attempts)[number]) =>
      ({ paymentId, about: 'attempt', id: attemptId }) as const
    return {
      items: [
        ...attempts.map((each) => ({ ...attempt(each), due: true })),
        ...charges.map((each) => ({ ...attempt(each), about: 'charge' as const, due: true })),
        ...refunds.map(({ paymentId, refundId }) => ({ paymentId, about: 'refund' as const, id: refundId, due: true })),
        ...alive.filter(({ attemptId }) => !due.has(attemptId)).map((each) => ({ ...attempt(each), due: false })),
      ],
      more: [attempts, charges, refunds, alive].some(({ length }) => length === listed),
    }
  })

/** A payment that is not what it was. */
export interface Moved {
  readonly paymentId: PaymentId
  readonly before: string
  readonly after: string
}

/** What asking brought. `forced`: what was asked about without being due; `unheard` of those got no answer. */
export interface SweptAll extends Swept {
  readonly forced: { readonly asked: number; readonly unheard: number }
  /** Among the payments that were listed. */
  readonly changes: readonly Moved[]
}

/**
 * Sweeps, in its turn, then asks about what was listed and is not due; and says which payments moved.
 *
 * @throws as {@link sweepInTurn} does.
 */
export const sweepAll = async (
  {
    holdfast,
    unitOfWork,
    clock,
  }: { readonly holdfast: Holdfast; readonly unitOfWork: UnitOfWork; readonly clock: { now(): Instant } },
  { items }: ListToAsk,
  { progress, ...patience }: { readonly progress: Progress; readonly waitMs: number; readonly onWait: () => void },
): Promise<SweptAll> => {
  const ids = [...new Set(items.map(({ paymentId }) => paymentId))]
  const before = await forEach(ids, (id) => standing(unitOfWork, id))
  const startedAt = clock.now()
  const due = items.filter((item) => item.due).length
  const swept = await watched(
    sweepInTurn(holdfast, patience),
    async () => due - (await listToAsk(unitOfWork, startedAt, false)).items.length,
    (done) => progress({ done, total: items.length }),
  )
  let done = due
  const forced = await forEach(
    [...new Set(items.filter((item) => !item.due).map(({ paymentId }) => paymentId))],
    async (paymentId) => {
      const synced = await holdfast.syncPayment({ actor: operator, paymentId })
      progress({ done: (done += 1), total: items.length })
      return synced.ok ? synced.value.type : 'nothing_to_ask'
    },
  )
  const after = await forEach(ids, (id) => standing(unitOfWork, id))
  return {
    ...swept,
    forced: {
      asked: forced.filter((type) => type !== 'nothing_to_ask').length,
      unheard: forced.filter((type) => type === 'unheard').length,
    },
    changes: ids
      .map((paymentId, at) => ({ paymentId, before: before[at] ?? '', after: after[at] ?? '' }))
      .filter((each) => each.before !== each.after),
  }
}

/** How a payment and the attempt that says most about it stand: `pending, page open`. */
const standing = async (unitOfWork: UnitOfWork, paymentId: PaymentId): Promise<string> => {
  const found = await unitOfWork.read((tx) => tx.payments.find(paymentId))
  return found === undefined ? 'gone' : standingText(found.value)
}

/** The sweep tells nobody how far it is: while somebody watches, what is still due is counted now and then. */
const watched = async <T>(
  work: Promise<T>,
  countDone: () => Promise<number>,
  show: (done: number) => void,
): Promise<T> => {
  const over = new AbortController()
  const look = async (): Promise<void> => {
    for (;;) {
      await sleep(1000, over.signal)
      if (over.signal.aborted) return
      show(Math.max(0, await countDone()))
    }
  }
  const looking = look().catch(() => {})
  try {
    return await work
  } finally {
    over.abort()
    await looking
  }
}

const listed = 1_000
const endOfTime = instant(Date.UTC(9999, 11, 31))
