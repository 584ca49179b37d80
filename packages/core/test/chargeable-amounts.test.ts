import { describe, expect, it } from 'vitest'
import { ana, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import {
  instant,
  invalidPayload,
  money,
  ok,
  walletTopUpKind,
  type Json,
  type PaymentId,
  type Quote,
  type ResourceId,
  type Slot,
  type TransferId,
} from '../src/index.ts'
import { openShop, pageFor, place } from './shopping.ts'

const kwd = (minorUnits: bigint) => money(minorUnits, 'KWD')
const item = { name: 'A stay', description: 'One night' }
const slot: Slot = { resourceId: 'casa' as ResourceId, unit: 0, startsAt: instant(9e12), endsAt: instant(9.1e12) }
/** A house whose price is what somebody asks for: the host's rule is not under test here. */
const quoting = (amount: bigint, rest: Partial<Quote> = {}) =>
  world({
    catalogue: { quote: async () => ok({ amount: kwd(amount), purpose: 'full', item, details: {}, slot, ...rest }) },
  })
const open = (w: World) => w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: {} })
const opened = async (w: World): Promise<PaymentId> => {
  const outcome = await open(w)
  if (!outcome.ok) throw new Error(outcome.error.code)
  return outcome.value.paymentId
}
const paid = async (w: World): Promise<PaymentId> => {
  const paymentId = await opened(w)
  await w.provider.payer.pay(await pageFor(w, paymentId))
  await w.deliver()
  return paymentId
}
const step = { code: 'amount_not_a_multiple', step: kwd(10n) } as const
const between = (field: string) => ({ ok: false, error: invalidPayload(field, step).error })

describe('a sum between two that can be charged', () => {
  it('opens no intent, whoever quoted it, and neither does a balance of it', async () => {
    const w = quoting(12_345n)
    expect(await open(w)).toEqual(between(''))
    expect(await w.unitOfWork.read((tx) => tx.payments.list({ limit: 9 }))).toEqual([])
    const balance = { amount: kwd(7_001n), dueAt: instant(8e12), item }
    expect(await open(quoting(12_340n, { balance }))).toEqual(between(''))
    expect(await open(quoting(12_340n, { balance: { ...balance, amount: kwd(7_000n) } }))).toMatchObject({ ok: true })
  })

  it('is not what staff make of another, and no page is closed for it', async () => {
    const w = quoting(12_340n)
    const paymentId = await opened(w)
    await pageFor(w, paymentId)
    expect(await w.holdfast.changeAmount({ actor: staff, paymentId, amount: kwd(12_345n) })).toEqual(between('amount'))
    expect(await w.get(paymentId)).toMatchObject({ payment: { amount: kwd(12_340n) }, attempts: [{ status: 'open' }] })
    expect(await w.holdfast.changeAmount({ actor: staff, paymentId, amount: kwd(12_350n) })).toMatchObject({ ok: true })
  })

  it('is not given back, to a card or in a way that leaves one for it', async () => {
    const w = quoting(12_340n)
    const paymentId = await paid(w)
    const refund = (minorUnits: bigint, destination: 'provider' | 'wallet' = 'provider') =>
      w.holdfast.refundPayment({ actor: staff, paymentId, amount: kwd(minorUnits), destination })
    expect(await refund(2_345n)).toEqual(between('amount'))
    expect(await refund(2_345n, 'wallet')).toEqual(between('amount'))
    expect(w.provider.truth.refunds()).toEqual([])
    expect(await refund(2_340n, 'wallet')).toMatchObject({ ok: true })
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId })).toMatchObject({
      ok: true,
      value: { refund: { amount: kwd(10_000n), status: 'succeeded' } },
    })
  })
})

describe('what is paid into a wallet', () => {
  const topUps = (unitOfWork: World['unitOfWork']) => {
    const kind = walletTopUpKind({
      unitOfWork,
      limits: { KWD: { least: 1_000n, most: 100_000n } },
      item: () => ({ name: 'Wallet', description: '' }),
    })
    return (payload: Json) => kind.quote(payload, { owner: ana.id, now: start })
  }

  it('can be charged', async () => {
    const quote = topUps(world().unitOfWork)
    expect(await quote({ amount: '12.345', currency: 'KWD' })).toEqual(between('amount'))
    expect(await quote({ amount: '12.340', currency: 'KWD' })).toMatchObject({
      ok: true,
      value: { amount: kwd(12_340n) },
    })
  })

  it('for something is what is missing, or the little more that can be charged', async () => {
    const w = quoting(12_340n)
    const wanted = await open(w)
    if (!wanted.ok) throw new Error(wanted.error.code)
    const { intentId, paymentId } = wanted.value
    const given = { owner: ana.id, currency: kwd(0n).currency, position: 1, change: 4_339n, balance: 4_339n, paymentId }
    const entry = { ...given, id: 'gift' as TransferId, type: 'refund', against: 'provider', at: start } as const
    await w.unitOfWork.run((tx) => tx.wallets.post(entry, 0))
    expect(await topUps(w.unitOfWork)({ intent_id: intentId })).toMatchObject({
      ok: true,
      value: { amount: kwd(8_010n) },
    })
  })
})

describe('what staff make due', () => {
  it('is within the limits of an order, in a currency that orders are taken in', async () => {
    const w = await openShop()
    const { paymentId } = await place(w, [['mug', 2]])
    const change = (amount: ReturnType<typeof money>) => w.holdfast.changeAmount({ actor: staff, paymentId, amount })
    const refused = (field: string, reason: object) => ({
      ok: false,
      error: { code: 'invalid_payload', field, reason },
    })
    expect(await change(mxn(49n))).toMatchObject(refused('amount', { code: 'amount_too_small', least: mxn(50n) }))
    expect(await change(mxn(10_000_01n))).toMatchObject(
      refused('amount', { code: 'amount_too_large', most: mxn(10_000_00n) }),
    )
    expect(await change(money(500n, 'JPY'))).toMatchObject(
      refused('currency', { code: 'currency_not_taken', taken: ['USD', 'EUR', 'COP', 'MXN'] }),
    )
    expect(await change(mxn(10_000_00n))).toMatchObject({ ok: true })
  })

  it('is within the limits of what fills a wallet', async () => {
    const w = world()
    const wanted = await w.holdfast.openIntent({
      actor: ana,
      kind: 'wallet_topup',
      payload: { amount: '50', currency: 'MXN' },
    })
    if (!wanted.ok) throw new Error(wanted.error.code)
    const { paymentId } = wanted.value
    const change = (minorUnits: bigint) => w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(minorUnits) })
    expect(await change(9_99n)).toMatchObject({ error: { field: 'amount', reason: { code: 'amount_too_small' } } })
    expect(await change(10_000_01n)).toMatchObject({ error: { field: 'amount', reason: { code: 'amount_too_large' } } })
    expect(await change(10_00n)).toMatchObject({ ok: true })
  })
})
