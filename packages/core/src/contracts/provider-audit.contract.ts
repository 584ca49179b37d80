import { expect } from 'vitest'
import type { AttemptId, RefundId } from '../kernel/ids.ts'
import { after, day, hour, minute, second, type Instant } from '../kernel/instant.ts'
import { money } from '../kernel/money.ts'
import { ListingInterrupted } from '../ports/listing-interrupted.ts'
import type { AuditedCharge, AuditedRefund, AuditedSession, AuditPeriod } from '../ports/provider-audit.ts'
import { promise, runContract, type ContractPromise, type Harness } from './contract.ts'
import { captured, chargeRequest, hosted, openPage, refundRequest, reportOf } from './payment-provider-requests.ts'
import type { ProviderAuditFixture } from './provider-audit-fixture.ts'

export type { ProviderAuditFixture } from './provider-audit-fixture.ts'

/** The only one of these. @throws Error for any other number. */
const only = <Row>(rows: readonly Row[]): Row => {
  const [row, ...rest] = rows
  if (row === undefined || rest.length > 0) throw new Error(`Expected one, got ${rows.length}.`)
  return row
}

const all = async <Row>(pages: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for await (const page of pages) rows.push(...page)
  return rows
}

const untilNow = (now: Instant): AuditPeriod => ({ from: after(now, -100 * day), to: after(now, second) })

const sessionsOf = ({ audit, now }: ProviderAuditFixture): Promise<readonly AuditedSession[]> =>
  all(audit.sessions(untilNow(now())))
const chargesOf = ({ audit, now }: ProviderAuditFixture): Promise<readonly AuditedCharge[]> =>
  all(audit.charges(untilNow(now())))
const refundsOf = ({ audit, now }: ProviderAuditFixture): Promise<readonly AuditedRefund[]> =>
  all(audit.refunds(untilNow(now())))

/** Opens a page and pays it. Answers when that was, and the ids of the page and its charge. */
const sell = async ({ provider, payer, now }: ProviderAuditFixture, id = 'att_1') => {
  const at = now()
  const attemptId = id as AttemptId
  const session = await openPage(provider, at, attemptId)
  await payer.pay(session)
  const found = await provider.findAttempt({ ...hosted(at), attemptId, providerId: session })
  return { at, session, charge: captured(found).charge.id }
}

const marks = { attemptId: 'att_1', paymentId: 'pay_1' }

/** Pages, charges and refunds, each as it is. */
const promisesOfObjects: readonly ContractPromise<ProviderAuditFixture>[] = [
  promise('tells of nothing where nothing was made', async (f) => {
    expect([await sessionsOf(f), await chargesOf(f), await refundsOf(f)]).toEqual([[], [], []])
  }),
  promise('tells of a page that can be paid, with our marks, its price and its ending', async (f) => {
    const at = f.now()
    const id = await openPage(f.provider, at)
    expect(only(await sessionsOf(f))).toEqual({
      id,
      marks,
      status: 'open',
      paid: false,
      amount: money(25_00, 'EUR'),
      createdAt: at,
      expiresAt: after(at, 2 * hour),
      livemode: false,
    })
    expect(await chargesOf(f)).toEqual([])
  }),
  promise('tells of a page that was paid, and of its charge under the same marks', async (f) => {
    const { at, session, charge } = await sell(f)
    expect(only(await sessionsOf(f))).toMatchObject({ id: session, marks, status: 'complete', paid: true })
    expect(only(await chargesOf(f))).toMatchObject({
      id: charge,
      marks,
      captured: true,
      amount: money(25_00, 'EUR'),
      refunded: 0n,
      disputed: false,
      createdAt: at,
      livemode: false,
    })
  }),
  promise('tells of a page that was completed before its money came', async (f) => {
    const session = await openPage(f.provider, f.now())
    await f.payer.payLater(session, 'paid')
    expect(only(await sessionsOf(f))).toMatchObject({ id: session, status: 'complete', paid: false })
    expect((await chargesOf(f)).filter((charge) => charge.captured)).toEqual([])
  }),
  promise('tells of a page that has expired', async (f) => {
    const id = await openPage(f.provider, f.now())
    await f.payer.expire(id)
    expect(only(await sessionsOf(f))).toMatchObject({ id, status: 'expired', paid: false })
  }),
  promise('tells of a saved card’s charge, and of one that was declined as bringing nothing', async (f) => {
    const card = await f.payer.saveCard('working')
    const { providerId } = reportOf(await f.provider.chargeSavedCard(chargeRequest(card)))
    expect(only(await chargesOf(f))).toMatchObject({
      id: providerId,
      marks,
      captured: true,
      customerId: card.customerId,
      paymentMethodId: card.paymentMethodId,
    })
    const declining = await f.payer.saveCard('declining')
    const declined = await f.provider.chargeSavedCard({
      ...chargeRequest(declining),
      attemptId: 'att_2' as AttemptId,
      idempotencyKey: 'key_2',
    })
    const { providerId: other } = reportOf(declined)
    expect((await chargesOf(f)).find(({ id }) => id === other)).toMatchObject({
      captured: false,
      amount: money(25_00, 'EUR'),
    })
  }),
  promise('tells how much of a charge went back, and not of what failed to', async (f) => {
    const { charge } = await sell(f)
    const { providerId } = reportOf(await f.provider.refund(refundRequest(charge)))
    await f.refundThere(charge, 5_00n)
    expect(only(await chargesOf(f)).refunded).toBe(15_00n)
    await f.sendBackThere(providerId)
    expect(only(await chargesOf(f)).refunded).toBe(5_00n)
  }),
  promise('tells of a charge that its payer’s bank asks for', async (f) => {
    const { charge } = await sell(f)
    await f.disputeThere(charge, 'opened')
    expect(only(await chargesOf(f)).disputed).toBe(true)
  }),
  promise('tells of every refund with its charge, of ours with our id, and of those made there without', async (f) => {
    const { charge } = await sell(f)
    const { providerId } = reportOf(await f.provider.refund(refundRequest(charge)))
    await f.refundThere(charge, 5_00n)
    const [theirs, ours, ...rest] = await refundsOf(f)
    expect(rest).toEqual([])
    expect(ours).toEqual({
      id: providerId,
      refundId: 'rf_1' as RefundId,
      chargeId: charge,
      amount: money(10_00, 'EUR'),
      state: { type: 'succeeded' },
      createdAt: f.now(),
      livemode: false,
    })
    expect(theirs).toMatchObject({ chargeId: charge, amount: money(5_00, 'EUR'), state: { type: 'succeeded' } })
    expect(theirs).not.toHaveProperty('refundId')
    await f.sendBackThere(providerId)
    expect((await refundsOf(f)).find(({ id }) => id === providerId)?.state).toMatchObject({ type: 'failed' })
  }),
  promise('tells of what another program made without marks', async (f) => {
    await f.strangerSells()
    for (const object of [only(await sessionsOf(f)), only(await chargesOf(f))])
      expect(object).not.toHaveProperty('marks')
    expect(only(await refundsOf(f))).not.toHaveProperty('refundId')
  }),
]

/** Periods, orders and pages. */
const promisesOfLists: readonly ContractPromise<ProviderAuditFixture>[] = [
  promise(
    'tells of what was made from the beginning of a period until just before its end, newest first',
    async (f) => {
      const sales: Awaited<ReturnType<typeof sell>>[] = []
      for (const id of ['att_1', 'att_2', 'att_3', 'att_4']) {
        sales.push(await sell(f, id))
        await f.provider.refund(refundRequest(sales.at(-1)?.charge ?? '', `rf_${id}`))
        await f.pass(minute)
      }
      const [, second_, third, fourth] = sales
      const period = { from: second_?.at ?? f.now(), to: fourth?.at ?? f.now() }
      const [sessions, charges, refunds] = [
        await all(f.audit.sessions(period)),
        await all(f.audit.charges(period)),
        await all(f.audit.refunds(period)),
      ]
      expect(sessions.map(({ id }) => id)).toEqual([third?.session, second_?.session])
      expect(charges.map(({ id }) => id)).toEqual([third?.charge, second_?.charge])
      expect(refunds.map(({ refundId }) => refundId)).toEqual(['rf_att_3', 'rf_att_2'])
      // Half a second into one is past it, for a clock that counts whole seconds, too.
      const late = { from: after(period.from, 500), to: after(period.to, 500) }
      expect((await all(f.audit.sessions(late))).map(({ id }) => id)).toEqual([fourth?.session, third?.session])
    },
  ),
  promise('tells of more than fit on a page, each once, and asks for a page when it is wanted', async (f) => {
    const opened: string[] = []
    for (let count = 1; count <= 101; count += 1)
      opened.push(await openPage(f.provider, f.now(), `att_${count}` as AttemptId))
    const [oldest = ''] = opened
    const seen: AuditedSession[] = []
    for await (const page of f.audit.sessions(untilNow(f.now()))) {
      // What is closed while the first page is read is closed on the next.
      if (seen.length === 0) await f.provider.closeAttempt({ kind: 'hosted', providerId: oldest })
      seen.push(...page)
    }
    expect(seen.map(({ id }) => id)).toEqual(opened.toReversed())
    expect(seen.at(-1)?.status).toBe('expired')
  }),
  promise('throws where the provider does not answer, and tells of it all when it is asked again', async (f) => {
    await sell(f)
    for (const ask of [sessionsOf, chargesOf, refundsOf]) {
      await f.turnAway()
      await expect(ask(f)).rejects.toBeInstanceOf(ListingInterrupted)
    }
    expect(await sessionsOf(f)).toHaveLength(1)
  }),
]

/** Everything that a {@link ProviderAudit} promises, one promise at a time. */
export const providerAuditPromises: readonly ContractPromise<ProviderAuditFixture>[] = [
  ...promisesOfObjects,
  ...promisesOfLists,
]

/** Runs every promise of a {@link ProviderAudit} against an adapter, from the adapter's own package. */
export const providerAuditContract = (harness: Harness<ProviderAuditFixture>): void =>
  runContract('provider-audit', providerAuditPromises, harness)
