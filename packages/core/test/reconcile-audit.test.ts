import { describe, expect, it } from 'vitest'
import {
  providerAuditContract,
  providerAuditPromises,
  type ProviderAuditFixture,
} from '../src/contracts/provider-audit.contract.ts'
import {
  after,
  ListingInterrupted,
  day,
  instant,
  money,
  second,
  type AuditedCharge,
  type AuditedRefund,
  type AuditedSession,
  type ProviderAudit,
} from '../src/index.ts'
import { auditedMemoryProvider, memoryClock } from '../src/memory/index.ts'

const memoryAuditFixture = (): ProviderAuditFixture => {
  const clock = memoryClock(instant(Date.UTC(2026, 0, 1)))
  const { provider, audit } = auditedMemoryProvider({ clock })
  const { payer, bank } = provider
  return {
    provider,
    audit,
    payer: { ...payer, expire: (session) => payer.expire(session).then(() => clock.advance(day)) },
    refundThere: async (chargeId, minorUnits) => void bank.refund(chargeId, minorUnits),
    disputeThere: async (chargeId, outcome) => void bank.dispute(chargeId, outcome),
    sendBackThere: async (refund) => bank.settleRefund(refund, 'failed'),
    now: clock.now,
    pass: (ms) => clock.advance(ms),
    strangerSells: async () => {
      const made = { createdAt: clock.now(), livemode: false, amount: money(8_00, 'EUR') }
      audit.others.sessions.push({ ...made, id: 'cs_x', status: 'complete', paid: true, expiresAt: clock.now() })
      audit.others.charges.push({ ...made, id: 'ch_x', captured: true, refunded: 3_00n, disputed: false })
      audit.others.refunds.push({
        ...made,
        id: 're_x',
        chargeId: 'ch_x',
        amount: money(3_00, 'EUR'),
        state: { type: 'succeeded' },
      })
    },
    turnAway: audit.interruptNext,
  }
}

providerAuditContract({ name: 'memory', open: async () => memoryAuditFixture() })

type Change = (audit: ProviderAudit) => Partial<ProviderAudit>

const eachPage = async function* <Row>(
  pages: AsyncIterable<readonly Row[]>,
  change: (rows: readonly Row[]) => readonly Row[],
): AsyncGenerator<readonly Row[]> {
  for await (const page of pages) yield change(page)
}

/** What all three lists do in the same wrong way. */
const everyList = (change: <Row extends object>(rows: readonly Row[]) => readonly Row[]): Change => {
  return (audit) => ({
    sessions: (period) => eachPage(audit.sessions(period), change),
    charges: (period) => eachPage(audit.charges(period), change),
    refunds: (period) => eachPage(audit.refunds(period), change),
  })
}
const sessionsAs =
  (change: (session: AuditedSession) => AuditedSession): Change =>
  (audit) => ({ sessions: (period) => eachPage(audit.sessions(period), (rows) => rows.map(change)) })
const chargesAs =
  (change: (charge: AuditedCharge) => AuditedCharge): Change =>
  (audit) => ({ charges: (period) => eachPage(audit.charges(period), (rows) => rows.map(change)) })
const refundsAs =
  (change: (refund: AuditedRefund) => AuditedRefund): Change =>
  (audit) => ({ refunds: (period) => eachPage(audit.refunds(period), (rows) => rows.map(change)) })
const shifted = (fromMs: number, toMs: number): Change => {
  return (audit) => ({
    sessions: ({ from, to }) => audit.sessions({ from: after(from, fromMs), to: after(to, toMs) }),
  })
}

const mutants: Readonly<Record<string, Change>> = {
  'lists the oldest first': everyList((rows) => rows.toReversed()),
  'tells of the newest twice': everyList((rows) => [...rows.slice(0, 1), ...rows]),
  'leaves out the last of a page': everyList((rows) => rows.slice(0, -1)),
  'leaves out the marks': everyList((rows) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'marks')) as typeof row),
  ),
  'begins after the beginning': shifted(second, 0),
  'begins before the beginning': shifted(-60 * second, 0),
  'goes on until after the end': shifted(0, second),
  'reads all of it before it tells of any': (audit) => ({
    sessions: async function* (period) {
      const pages: (readonly AuditedSession[])[] = []
      for await (const page of audit.sessions(period)) pages.push(page)
      yield* pages
    },
  }),
  'takes no answer for the end of the list': (audit) => ({
    charges: async function* (period) {
      try {
        yield* audit.charges(period)
      } catch (error) {
        if (!(error instanceof ListingInterrupted)) throw error
      }
    },
  }),
  'calls every page open': sessionsAs((session) => ({ ...session, status: 'open' })),
  'calls a page paid that is complete': sessionsAs((session) => ({ ...session, paid: session.status === 'complete' })),
  'calls every charge captured': chargesAs((charge) => ({ ...charge, captured: true })),
  'counts what failed to go back': (audit) => ({
    charges: (period) =>
      eachPage(audit.charges(period), (rows) => rows.map((row) => ({ ...row, refunded: row.refunded && 15_00n }))),
  }),
  'knows of no dispute': chargesAs((charge) => ({ ...charge, disputed: false })),
  'knows of no customer': chargesAs(({ customerId: _, ...charge }) => charge),
  'calls every refund made': refundsAs((refund) => ({ ...refund, state: { type: 'succeeded' } })),
  'calls every refund ours': refundsAs((refund) => ({ ...refund, refundId: 'rf_1' as never })),
  'knows no charge of a refund': refundsAs(({ chargeId: _, ...refund }) => refund),
}

describe('the contract of an audit', () => {
  it.each(Object.entries(mutants))('catches one that %s', async (_what, change) => {
    let caught = 0
    for (const { keptBy } of providerAuditPromises) {
      const fixture = memoryAuditFixture()
      const audit = { ...fixture.audit, ...change(fixture.audit) }
      await keptBy({ ...fixture, audit }).catch(() => (caught += 1))
    }
    expect(caught).toBeGreaterThan(0)
  })
})
