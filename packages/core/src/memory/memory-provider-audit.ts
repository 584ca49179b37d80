import type { Instant } from '../kernel/instant.ts'
import type { Clock } from '../ports/clock.ts'
import { ListingInterrupted } from '../ports/listing-interrupted.ts'
import type {
  AuditedCharge,
  AuditedRefund,
  AuditedSession,
  AuditPeriod,
  ProviderAudit,
} from '../ports/provider-audit.ts'
import {
  memoryPaymentProvider,
  type LedgerAttempt,
  type MemoryPaymentProvider,
  type MemoryPaymentProviderOptions,
} from './memory-payment-provider.ts'

/** A {@link ProviderAudit} in memory, with the faults of it and what is at the provider beside its own truth. */
export interface MemoryProviderAudit extends ProviderAudit {
  /** What other programs have at the same account, and whatever else a test wants found there. */
  readonly others: {
    readonly sessions: AuditedSession[]
    readonly charges: AuditedCharge[]
    readonly refunds: AuditedRefund[]
  }
  /** The next page that is asked for is not answered. */
  readonly interruptNext: () => void
}

/** A provider in memory, and its audit. */
export interface AuditedMemoryProvider {
  readonly provider: MemoryPaymentProvider
  readonly audit: MemoryProviderAudit
}

/**
 * A {@link memoryPaymentProvider} that can be audited: it also remembers when each page was opened. All else is read from its
 * truth and its events. A hundred objects are a page of a list, as at Stripe.
 */
export const auditedMemoryProvider = (options: MemoryPaymentProviderOptions): AuditedMemoryProvider => {
  const { clock, livemode = false } = options
  const whole = memoryPaymentProvider(options)
  const openings = new Map<string, Opening>()
  const provider: MemoryPaymentProvider = {
    ...whole,
    openSession: async (request) => {
      const answer = await whole.openSession(request)
      // Whatever the answer says: it may be a page that nobody is told of.
      for (const { id, kind } of whole.truth.attempts())
        if (kind === 'hosted' && !openings.has(id))
          openings.set(id, { createdAt: clock.now(), expiresAt: request.expiresAt })
      return answer
    },
  }
  return { provider, audit: auditOf(provider, { clock, livemode, openings }) }
}

const auditOf = (
  { truth, events }: MemoryPaymentProvider,
  {
    clock,
    livemode,
    openings,
  }: {
    readonly clock: Pick<Clock, 'now'>
    readonly livemode: boolean
    readonly openings: ReadonlyMap<string, Opening>
  },
): MemoryProviderAudit => {
  const others: MemoryProviderAudit['others'] = { sessions: [], charges: [], refunds: [] }
  let interrupted = false
  const justNow = (): Opening => ({ createdAt: clock.now(), expiresAt: clock.now() })

  const pagesOf = <Row extends Listed>(list: () => readonly Row[]) =>
    async function* (period: AuditPeriod): AsyncGenerator<readonly Row[]> {
      let last: string | undefined
      for (;;) {
        if (interrupted) {
          interrupted = false
          throw new ListingInterrupted('The in-memory provider does not answer.')
        }
        const rows = newestFirst(list(), period)
        const start = last === undefined ? 0 : rows.findIndex(({ id }) => id === last) + 1
        const page = rows.slice(start, start + pageSize)
        if (page.length > 0) yield page
        if (start + pageSize >= rows.length) return
        last = page.at(-1)?.id
      }
    }

  return {
    others,
    interruptNext: () => {
      interrupted = true
    },
    sessions: pagesOf(() => [
      ...truth
        .attempts()
        .filter(({ kind }) => kind === 'hosted')
        .map((attempt) => sessionOf(attempt, livemode, openings.get(attempt.id) ?? justNow())),
      ...others.sessions,
    ]),
    charges: pagesOf(() => {
      const bornAt = new Map<string, Instant>()
      for (const { type, occurredAt, news } of events())
        if (news.about === 'attempt' && type.startsWith('charge.') && news.providerId !== undefined)
          if (!bornAt.has(news.providerId)) bornAt.set(news.providerId, occurredAt)
      return [
        ...truth.attempts().flatMap((attempt): readonly AuditedCharge[] => {
          const charge = chargeOf(attempt, { livemode, createdAt: bornAt.get(attempt.id) ?? clock.now() })
          if (charge === undefined) return []
          const refunds = truth.refunds().filter(({ chargeId, state }) => chargeId === charge.id && !isFailed(state))
          return [
            {
              ...charge,
              refunded: refunds.reduce((sum, { amount }) => sum + amount.minorUnits, 0n),
              disputed: truth.disputes().some(({ chargeId }) => chargeId === charge.id),
            },
          ]
        }),
        ...others.charges,
      ]
    }),
    refunds: pagesOf(() => {
      const madeAt = new Map<string, Instant>()
      for (const { type, occurredAt, news } of events())
        if (news.about === 'refund' && type === 'refund.created') madeAt.set(news.report.providerId, occurredAt)
      return [
        ...truth.refunds().map((refund) => ({ ...refund, livemode, createdAt: madeAt.get(refund.id) ?? clock.now() })),
        ...others.refunds,
      ]
    }),
  }
}

/** When a page was opened, and until when it can be paid. */
interface Opening {
  readonly createdAt: Instant
  readonly expiresAt: Instant
}

interface Listed {
  readonly id: string
  readonly createdAt: Instant
}

const pageSize = 100

const newestFirst = <Row extends Listed>(rows: readonly Row[], { from, to }: AuditPeriod): readonly Row[] =>
  rows
    .filter(({ createdAt }) => createdAt >= from && createdAt < to)
    .toReversed()
    .toSorted((a, b) => b.createdAt - a.createdAt)

const isFailed = ({ type }: { readonly type: string }): boolean => type === 'failed'

const sessionOf = (
  { id, attemptId, paymentId, amount, state }: LedgerAttempt,
  livemode: boolean,
  opening: Opening,
): AuditedSession => ({
  ...opening,
  id,
  livemode,
  marks: { attemptId, paymentId },
  status: state.type === 'opened' ? 'open' : state.type === 'expired' ? 'expired' : 'complete',
  paid: state.type === 'captured',
  amount,
})

/** A page that nobody has paid has none yet. */
const chargeOf = (
  { id, kind, attemptId, paymentId, amount, state }: LedgerAttempt,
  made: { readonly livemode: boolean; readonly createdAt: Instant },
): Omit<AuditedCharge, 'refunded' | 'disputed'> | undefined => {
  const marked = { ...made, marks: { attemptId, paymentId } }
  if (state.type === 'captured') return { ...marked, ...state.charge, captured: true }
  return kind === 'off_session' ? { ...marked, id, amount, captured: false } : undefined
}
