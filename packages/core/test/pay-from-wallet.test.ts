import { describe, expect, it } from 'vitest'
import { encodeJson, hour, minute, type Actor, type IntentId, type PaymentId } from '../src/index.ts'
import { ana, ben, mxn, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import { topUp } from './top-up.ts'

type Owner = Extract<Actor, { readonly type: 'owner' }>

/** Opens an intent for a night, without a page. */
const want = async (w: World, who: Owner, night = 0) => {
  const opened = await w.holdfast.openIntent({ actor: who, kind: 'reservation', payload: { night } })
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}
const page = async (w: World, who: Owner, paymentId: PaymentId) => {
  const checkout = await w.holdfast.startCheckout({ actor: who, paymentId })
  if (!checkout.ok || checkout.value.type !== 'open') throw new Error('No page.')
  return checkout.value.sessionId
}
const withMoney = async (amount: string, options: WorldOptions = {}) => {
  const w = world(options)
  const { paymentId } = await topUp(w, ana, { amount, currency: 'MXN' })
  return { w, topUpId: paymentId }
}
const walletOf = (w: World, who: Owner) =>
  w.unitOfWork.read(async (tx) => {
    const { currency } = mxn(0n)
    const entries = await tx.wallets.listEntries({ owner: who.id, currency, limit: 99 })
    const found = await tx.wallets.find(who.id, currency)
    expect(found?.value.balance ?? 0n).toBe(entries.reduce((sum, { change }) => sum + change, 0n))
    return { balance: found?.value.balance ?? 0n, entries: entries.map(({ type, change }) => [type, change]).reverse() }
  })
const intentStatus = async (w: World, id: IntentId) =>
  (await w.unitOfWork.read((tx) => tx.intents.find(id)))?.value.status

/** The charge that a payment's first attempt brought. */
const chargeOf = async (w: World, paymentId: PaymentId): Promise<string> => {
  const [attempt] = (await w.get(paymentId)).attempts
  if (attempt?.status !== 'succeeded') throw new Error('No charge.')
  return attempt.charge.id
}

describe('paying from a wallet', () => {
  it('takes the money, completes the payment and makes its record in one commit, and asks nobody', async () => {
    const { w } = await withMoney('500')
    const wanted = await want(w, ana)
    const calls = w.provider.truth.attempts().length
    const paid = await w.holdfast.payFromWallet({ actor: ana, paymentId: wanted.paymentId })
    expect(paid).toMatchObject({ ok: true, value: { payment: { status: 'completed' }, balance: mxn(200_00n) } })
    expect(await w.reservations()).toMatchObject([{ owner: 'ana', paymentId: wanted.paymentId }])
    expect(await intentStatus(w, wanted.intentId)).toBe('fulfilled')
    expect(await walletOf(w, ana)).toEqual({
      balance: 200_00n,
      entries: [
        ['top_up', 500_00n],
        ['spend', -300_00n],
      ],
    })
    await w.pass(400 * 24 * hour, 24 * hour)
    expect(w.provider.truth.attempts().filter(({ paymentId }) => paymentId === wanted.paymentId)).toEqual([])
    expect(w.provider.truth.attempts().length).toBeGreaterThanOrEqual(calls)
  })

  it('refuses where there is too little, says what is missing, and leaves the intent and its page as they are', async () => {
    const { w } = await withMoney('100')
    const { paymentId, intentId } = await want(w, ana)
    const sessionId = await page(w, ana, paymentId)
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId })).toEqual({
      ok: false,
      error: { code: 'wallet_insufficient', balance: mxn(100_00n), missing: mxn(200_00n) },
    })
    expect(await page(w, ana, paymentId)).toBe(sessionId)
    expect(await intentStatus(w, intentId)).toBe('open')
  })

  it('refuses what is not the caller’s, what is over, and what would fill the wallet from itself', async () => {
    const { w, topUpId } = await withMoney('1000')
    const { paymentId } = await want(w, ana)
    const pay = async (who: Owner, id: PaymentId) => {
      const outcome = await w.holdfast.payFromWallet({ actor: who, paymentId: id })
      return outcome.ok ? outcome.value.payment.status : outcome.error.code
    }
    expect(await pay(ben, paymentId)).toBe('payment_not_found')
    expect(await pay(ana, topUpId)).toBe('wallet_not_for_this')
    await w.clock.advance(3 * hour)
    expect(await pay(ana, paymentId)).toBe('intent_expired')
    const other = await want(w, ana, 1)
    expect(await pay(ana, other.paymentId)).toBe('completed')
    expect(await pay(ana, other.paymentId)).toBe('payment_already_completed')
    const cancelled = await want(w, ana, 2)
    await w.holdfast.cancelPayment({ actor: ana, paymentId: cancelled.paymentId })
    expect(await pay(ana, cancelled.paymentId)).toBe('payment_cancelled')
    const taken = await want(w, ben, 1).catch((error: unknown) => String(error))
    expect(taken).toContain('slot_taken')
  })

  it('expires an open page first, so that nobody can pay twice', async () => {
    const { w } = await withMoney('500')
    const { paymentId } = await want(w, ana)
    const sessionId = await page(w, ana, paymentId)
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId })).toMatchObject({ ok: true })
    await expect(w.provider.payer.pay(sessionId)).rejects.toThrow()
    expect((await w.get(paymentId)).attempts.map(({ kind, status }) => [kind, status])).toEqual([
      ['hosted', 'expired'],
      ['wallet', 'succeeded'],
    ])
  })

  it('takes nothing where the page was paid before it could be closed', async () => {
    const { w } = await withMoney('500')
    const { paymentId } = await want(w, ana)
    await w.provider.payer.pay(await page(w, ana, paymentId))
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId })).toMatchObject({
      ok: false,
      error: { code: 'payment_already_completed' },
    })
    expect((await walletOf(w, ana)).balance).toBe(500_00n)
  })

  it('is one payment however often it is asked for at once, and under a key it is answered alike', async () => {
    const { w } = await withMoney('1000')
    const { paymentId } = await want(w, ana)
    const ask = () => w.holdfast.payFromWallet({ actor: ana, paymentId, idempotencyKey: 'k' })
    const answers = await Promise.all(Array.from({ length: 20 }, ask))
    expect(new Set(answers.map(encodeJson)).size).toBe(1)
    expect((await walletOf(w, ana)).balance).toBe(700_00n)
    const other = await want(w, ana, 1)
    expect(
      await w.holdfast.payFromWallet({ actor: ana, paymentId: other.paymentId, idempotencyKey: 'k' }),
    ).toMatchObject({ ok: false, error: { code: 'idempotency_key_reused' } })
  })

  it('puts the money back where somebody else paid for the slot first', async () => {
    const { w } = await withMoney('500')
    const mine = await want(w, ana)
    const rival = await want(w, ben)
    await w.provider.payer.pay(await page(w, ben, rival.paymentId))
    await w.deliver()
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId: mine.paymentId })).toMatchObject({
      ok: false,
      error: { code: 'slot_taken' },
    })
    expect((await walletOf(w, ana)).balance).toBe(500_00n)
  })
})

describe('topping a wallet up', () => {
  it('fills it by what was paid, once, however often it is told', async () => {
    const { w } = await withMoney('500')
    await w.pass(hour, minute)
    expect(await walletOf(w, ana)).toEqual({ balance: 500_00n, entries: [['top_up', 500_00n]] })
  })

  it('for an intent pays what is missing, and then the intent, by itself', async () => {
    const { w } = await withMoney('100')
    const { intentId } = await want(w, ana)
    const { amount } = await topUp(w, ana, { intent_id: intentId })
    expect(amount).toEqual(mxn(200_00n))
    expect(await intentStatus(w, intentId)).toBe('open')
    await w.holdfast.workOnce()
    expect(await intentStatus(w, intentId)).toBe('fulfilled')
    expect(await walletOf(w, ana)).toEqual({
      balance: 0n,
      entries: [
        ['top_up', 100_00n],
        ['top_up', 200_00n],
        ['spend', -300_00n],
      ],
    })
  })

  it('for an intent that is lost meanwhile leaves the money in the wallet', async () => {
    const w = world()
    const { intentId } = await want(w, ana)
    const rival = await want(w, ben)
    await w.provider.payer.pay(await page(w, ben, rival.paymentId))
    await w.deliver()
    await topUp(w, ana, { intent_id: intentId })
    await w.pass(4 * hour, 10 * minute)
    expect(await intentStatus(w, intentId)).toBe('abandoned')
    expect((await walletOf(w, ana)).balance).toBe(300_00n)
    expect(w.notifier.sent.filter(({ template }) => template === 'kept_in_wallet')).toEqual([
      expect.objectContaining({ to: 'ana', reason: 'slot_taken', amount: mxn(300_00n), details: { night: 0 } }),
    ])
  })

  it('for an intent twice tells of each, with a reason that does not change, whoever looks again', async () => {
    const w = world()
    const { intentId, paymentId } = await want(w, ana)
    const pages = []
    for (const payload of [{ intent_id: intentId }, { intent_id: intentId }]) {
      const opened = await w.holdfast.openIntent({ actor: ana, kind: 'wallet_topup', payload })
      if (opened.ok) pages.push(await page(w, ana, opened.value.paymentId))
    }
    const rival = await want(w, ben)
    for (const session of [await page(w, ben, rival.paymentId), ...pages]) await w.provider.payer.pay(session)
    await w.deliver()
    for (let round = 0; round < 2; round += 1) await w.holdfast.workOnce()
    const told = () => w.notifier.sent.filter(({ template }) => template === 'kept_in_wallet')
    const first = told()
    expect(first.map(({ id }) => id)).toHaveLength(2)

    // Whoever did it may not have been able to say so: then it is done again, and there is another reason by then.
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    const task = (await w.unitOfWork.read((tx) => tx.tasks.list({ status: 'done', limit: 50 }))).filter(
      ({ body }) => body.type === 'pay_from_wallet',
    )
    expect(task).toHaveLength(2)
    await w.unitOfWork.run((tx) =>
      tx.tasks.append(
        task.map(({ id, body }) => ({ id, body, dueAt: w.clock.now() })),
        w.clock.now(),
      ),
    )
    await w.pass(hour, minute)
    expect(told()).toEqual(first)
  })

  it('refuses what is no amount, too little, too much, in a strange currency, or for nothing', async () => {
    const { w } = await withMoney('500')
    const { intentId } = await want(w, ana)
    const refusalOf = async (payload: Parameters<typeof topUp>[2], who: Owner = ana) => {
      const outcome = await w.holdfast.openIntent({ actor: who, kind: 'wallet_topup', payload })
      return outcome.ok ? 'opened' : [outcome.error.code, 'field' in outcome.error && outcome.error.field]
    }
    const invalid = (field: string) => ['invalid_payload', field]
    for (const payload of [null, 'all', [], 5]) expect(await refusalOf(payload)).toEqual(invalid(''))
    for (const amount of ['-5', '1e3', '10.001', '', '5,00', 12, null])
      expect(await refusalOf({ amount, currency: 'MXN' })).toEqual(invalid('amount'))
    for (const code of ['pesos', '', 5, null, 'EUR'])
      expect(await refusalOf({ amount: '50', currency: code })).toEqual(invalid('currency'))
    for (const amount of ['9.99', '10000.01', '0'])
      expect(await refusalOf({ amount, currency: 'MXN' })).toEqual(invalid('amount'))
    for (const intent_id of ['int_none', 5, intentId])
      expect(await refusalOf({ intent_id })).toEqual(invalid('intent_id'))
    expect(await refusalOf({ intent_id: intentId }, ben)).toEqual(invalid('intent_id'))
    expect(await refusalOf({ amount: '10', currency: 'mxn' })).toBe('opened')
  })

  it('says why it refuses, for programs to act on and in English', async () => {
    const { w } = await withMoney('500')
    const { intentId } = await want(w, ana)
    const reasonFor = async (payload: Parameters<typeof topUp>[2]) => {
      const outcome = await w.holdfast.openIntent({ actor: ana, kind: 'wallet_topup', payload })
      if (outcome.ok || outcome.error.code !== 'invalid_payload') throw new Error('It was taken.')
      return [outcome.error.reason, outcome.error.message]
    }
    const shape = '{ amount, currency } | { intent_id }'
    const mexican = (amount: string) => ({ amount, currency: 'MXN' })
    expect(await reasonFor(null)).toEqual([{ code: 'not_an_object', shape }, `An object ${shape}.`])
    expect(await reasonFor({ amount: '5', currency: 'pesos' })).toEqual([
      { code: 'not_a_currency' },
      'A currency is three letters, such as EUR.',
    ])
    expect(await reasonFor({ amount: '12.5', currency: 'jpy' })).toEqual([
      { code: 'not_an_amount', currency: 'JPY' },
      'An amount in JPY is text such as 1250, with no more decimals.',
    ])
    expect(await reasonFor({ amount: '5', currency: 'EUR' })).toEqual([
      { code: 'currency_not_taken', taken: ['MXN'] },
      'This currency is not taken. Taken: MXN.',
    ])
    expect(await reasonFor(mexican('9.99'))).toEqual([
      { code: 'amount_too_small', least: mxn(10_00n) },
      'At least 10.00 MXN at a time.',
    ])
    expect(await reasonFor(mexican('10000.01'))).toEqual([
      { code: 'amount_too_large', most: mxn(10_000_00n) },
      'At most 10000.00 MXN at a time.',
    ])
    expect(await reasonFor({ intent_id: 5 })).toEqual([{ code: 'not_an_id' }, expect.stringMatching(/^An id: /)])
    expect(await reasonFor({ intent_id: 'int_none' })).toEqual([
      { code: 'intent_not_found' },
      'There is no such purchase.',
    ])
    expect(await reasonFor({ intent_id: intentId })).toEqual([
      { code: 'wallet_suffices' },
      'The wallet holds enough for it: pay from the wallet.',
    ])
    await w.pass(3 * hour, hour)
    expect(await reasonFor({ intent_id: intentId })).toEqual([
      { code: 'intent_not_payable' },
      'This purchase cannot be paid from a wallet any more.',
    ])
  })
})

describe('money that goes back', () => {
  const staff = { type: 'staff', id: 'eve' } as const

  it('to whoever paid from a wallet goes into the wallet, at once and without the provider', async () => {
    const { w } = await withMoney('500')
    const { paymentId } = await want(w, ana)
    await w.holdfast.payFromWallet({ actor: ana, paymentId })
    const refunded = await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    expect(refunded).toMatchObject({ ok: true, value: { refund: { status: 'succeeded', destination: 'wallet' } } })
    const [reservation] = await w.reservations()
    if (reservation === undefined) throw new Error('No reservation.')
    await w.holdfast.cancelReservation({ actor: staff, reservationId: reservation.id, refund: 'all' })
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'refunded', refunded: 300_00n })
    expect(await walletOf(w, ana)).toMatchObject({ balance: 500_00n })
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('of a card goes into the wallet where the host says so for the reason, and the charge stays', async () => {
    const w = world({ settings: { walletRefunds: ['slot_taken'] } })
    const [mine, rival] = [await want(w, ana), await want(w, ben)]
    const mySession = await page(w, ana, mine.paymentId)
    await w.provider.payer.pay(await page(w, ben, rival.paymentId))
    await w.provider.payer.pay(mySession)
    await w.deliver()
    await w.deliver()
    await w.pass(hour, minute)
    expect(await intentStatus(w, mine.intentId)).toBe('refunded')
    expect((await w.get(mine.paymentId)).payment.status).toBe('refunded')
    expect(await walletOf(w, ana)).toEqual({ balance: 300_00n, entries: [['refund', 300_00n]] })
    expect(w.provider.truth.refunds()).toEqual([])
    expect(w.notifier.sent).toContainEqual(
      expect.objectContaining({ template: 'refunded_unavailable', to: 'ana', destination: 'wallet' }),
    )
  })

  it('of a card goes into the wallet where staff say so', async () => {
    const w = world()
    const { paymentId } = await want(w, ana)
    await w.provider.payer.pay(await page(w, ana, paymentId))
    await w.deliver()
    await w.holdfast.refundPayment({ actor: staff, paymentId, destination: 'wallet', amount: mxn(50_00n) })
    expect(await walletOf(w, ana)).toEqual({ balance: 50_00n, entries: [['refund', 50_00n]] })
    expect((await w.get(paymentId)).payment.status).toBe('partially_refunded')
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(251_00n) })).toMatchObject({
      error: { code: 'refund_exceeds_payment', refundable: mxn(250_00n) },
    })
  })

  it('of a top-up leaves the wallet as it is asked for, and only while it is there', async () => {
    const { w, topUpId } = await withMoney('500')
    const { paymentId } = await want(w, ana)
    await w.holdfast.payFromWallet({ actor: ana, paymentId })
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId: topUpId })).toMatchObject({
      error: { code: 'wallet_insufficient', missing: mxn(300_00n) },
    })
    const back = await w.holdfast.refundPayment({ actor: staff, paymentId: topUpId, amount: mxn(200_00n) })
    expect(back).toMatchObject({ ok: true, value: { refund: { destination: 'provider', status: 'succeeded' } } })
    expect(await walletOf(w, ana)).toMatchObject({ balance: 0n })
    expect(w.provider.truth.refunds()).toMatchObject([{ amount: mxn(200_00n) }])
  })

  it('of a top-up comes back into the wallet where the bank does not take it', async () => {
    const { w, topUpId } = await withMoney('500')
    const back = await w.holdfast.refundPayment({ actor: staff, paymentId: topUpId, amount: mxn(200_00n) })
    if (!back.ok || back.value.refund.providerId === undefined) throw new Error('No refund.')
    w.provider.bank.settleRefund(back.value.refund.providerId, 'failed')
    await w.deliver()
    await w.pass(hour, minute)
    expect((await walletOf(w, ana)).entries).toEqual([
      ['top_up', 500_00n],
      ['top_up_reversed', -200_00n],
      ['reversal_undone', 200_00n],
    ])
  })

  it('of a top-up in the dashboard takes what is still there, and calls a human for the rest', async () => {
    const { w, topUpId } = await withMoney('500')
    const { paymentId } = await want(w, ana)
    await w.holdfast.payFromWallet({ actor: ana, paymentId })
    const [charge] = (await w.get(topUpId)).attempts.flatMap((each) =>
      each.status === 'succeeded' ? [each.charge] : [],
    )
    if (charge === undefined) throw new Error('No charge.')
    w.provider.bank.refund(charge.id, 500_00n)
    await w.deliver()
    expect(await walletOf(w, ana)).toMatchObject({ balance: 0n })
    const listed = await w.unitOfWork.read((tx) => tx.attention.list(9))
    expect(listed).toMatchObject([{ code: 'wallet_shortfall', data: { missing: 300_00n, currency: 'MXN' } }])
  })

  it('of a top-up in the dashboard, again and again, calls a human for each part that is not there', async () => {
    const { w, topUpId } = await withMoney('300')
    const { paymentId } = await want(w, ana)
    await w.holdfast.payFromWallet({ actor: ana, paymentId })
    for (const part of [150_00n, 100_00n]) {
      w.provider.bank.refund(await chargeOf(w, topUpId), part)
      await w.deliver()
    }
    const listed = await w.unitOfWork.read((tx) => tx.attention.list(9))
    expect(listed.map(({ code, data }) => [code, data['missing']]).toSorted()).toEqual([
      ['wallet_shortfall', 100_00n],
      ['wallet_shortfall', 150_00n],
    ])
  })

  it('of a top-up that was disputed and lost leaves the wallet, as far as it is still there', async () => {
    const { w, topUpId } = await withMoney('500')
    const { paymentId } = await want(w, ana)
    await w.holdfast.payFromWallet({ actor: ana, paymentId })
    const [attempt] = (await w.get(topUpId)).attempts
    if (attempt?.status !== 'succeeded') throw new Error('No charge.')
    w.provider.bank.dispute(attempt.charge.id, 'opened')
    await w.deliver()
    expect(await walletOf(w, ana)).toMatchObject({ balance: 200_00n })
    w.provider.bank.dispute(attempt.charge.id, 'lost')
    await w.deliver()
    await w.deliver()
    expect(await walletOf(w, ana)).toMatchObject({ balance: 0n })
    const codes = (await w.unitOfWork.read((tx) => tx.attention.list(9))).map(({ code }) => code)
    expect(codes.sort()).toEqual(['dispute_opened', 'wallet_shortfall'])
  })

  it('of a top-up of which a part was disputed leaves the wallet by that part only, and the rest can be given back', async () => {
    const { w, topUpId } = await withMoney('500')
    const chargeId = await chargeOf(w, topUpId)
    w.provider.bank.dispute(chargeId, 'opened', mxn(100_00n))
    await w.deliver()
    expect(await walletOf(w, ana)).toMatchObject({ balance: 500_00n })
    w.provider.bank.dispute(chargeId, 'lost')
    await w.deliver()
    expect(await walletOf(w, ana)).toEqual({
      balance: 400_00n,
      entries: [
        ['top_up', 500_00n],
        ['top_up_reversed', -100_00n],
      ],
    })
    expect((await w.get(topUpId)).payment).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
    const refund = { actor: staff, paymentId: topUpId } as const
    expect(await w.holdfast.refundPayment({ ...refund, amount: mxn(400_01n) })).toMatchObject({
      error: { code: 'refund_exceeds_payment', refundable: mxn(400_00n) },
    })
    expect(await w.holdfast.refundPayment({ ...refund })).toMatchObject({
      ok: true,
      value: { refund: { amount: mxn(400_00n) }, payment: { status: 'refunded', refunded: 500_00n } },
    })
    expect(await walletOf(w, ana)).toMatchObject({ balance: 0n })
  })

  it('of a top-up of which a part was lost comes back where that is won on appeal', async () => {
    const { w, topUpId } = await withMoney('500')
    const chargeId = await chargeOf(w, topUpId)
    w.provider.bank.dispute(chargeId, 'lost', mxn(100_00n))
    await w.deliver()
    expect(await walletOf(w, ana)).toMatchObject({ balance: 400_00n })
    w.provider.bank.dispute(chargeId, 'won')
    await w.deliver()
    await w.pass(hour, minute)
    expect(await walletOf(w, ana)).toMatchObject({ balance: 500_00n })
    expect((await w.get(topUpId)).payment).toMatchObject({ status: 'completed', refunded: 0n })
  })

  it('of a top-up does not come back where its bank has it by a dispute that was lost meanwhile', async () => {
    const { w, topUpId } = await withMoney('1000')
    w.provider.bank.delayRefunds()
    const asked = await w.holdfast.refundPayment({ actor: staff, paymentId: topUpId, amount: mxn(500_00n) })
    if (!asked.ok || asked.value.refund.providerId === undefined) throw new Error('No refund.')
    const [attempt] = (await w.get(topUpId)).attempts
    if (attempt?.status !== 'succeeded') throw new Error('No charge.')
    w.provider.bank.dispute(attempt.charge.id, 'lost')
    await w.deliver()
    w.provider.bank.settleRefund(asked.value.refund.providerId, 'failed')
    await w.deliver()
    await w.pass(hour, minute)
    expect((await w.get(topUpId)).payment.status).toBe('refunded')
    expect((await walletOf(w, ana)).entries).toEqual([
      ['top_up', 1000_00n],
      ['top_up_reversed', -500_00n],
      ['top_up_reversed', -500_00n],
    ])
  })

  it('of a top-up in the dashboard takes nothing more where a dispute that was lost has taken it all', async () => {
    const { w, topUpId } = await withMoney('500')
    await topUp(w, ana, { amount: '500', currency: 'MXN' })
    const chargeId = await chargeOf(w, topUpId)
    w.provider.bank.refund(chargeId, 500_00n)
    w.provider.bank.dispute(chargeId, 'lost')
    const [refund, ...rest] = w.provider.events().slice(-2).toReversed()
    for (const event of [refund, ...rest]) if (event !== undefined) await w.holdfast.receiveEvent(event)
    await w.pass(hour, minute)
    expect(await walletOf(w, ana)).toMatchObject({ balance: 500_00n })
    expect((await w.unitOfWork.read((tx) => tx.attention.list(9))).map(({ code }) => code)).toEqual(['dispute_opened'])
  })

  it('goes into a wallet as far as a dispute has left it', async () => {
    const w = world({ settings: { walletRefunds: ['reservation_cancelled'] } })
    const { paymentId } = await want(w, ana)
    await w.provider.payer.pay(await page(w, ana, paymentId))
    await w.deliver()
    w.provider.bank.dispute(await chargeOf(w, paymentId), 'lost', mxn(100_00n))
    await w.deliver()
    const [reservation] = await w.reservations()
    if (reservation === undefined) throw new Error('No reservation.')
    await w.holdfast.cancelReservation({ actor: staff, reservationId: reservation.id, refund: 'all' })
    expect(await walletOf(w, ana)).toMatchObject({ balance: 200_00n })
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'refunded', refunded: 300_00n })
  })

  it('does not go into a wallet where a dispute has taken it, or may take it', async () => {
    const w = world({ settings: { walletRefunds: ['reservation_cancelled'] } })
    const { paymentId } = await want(w, ana)
    await w.provider.payer.pay(await page(w, ana, paymentId))
    await w.deliver()
    w.provider.bank.dispute(await chargeOf(w, paymentId), 'opened')
    await w.deliver()
    const toWallet = { actor: staff, paymentId, destination: 'wallet' } as const
    expect(await w.holdfast.refundPayment(toWallet)).toMatchObject({ error: { code: 'payment_disputed' } })
    w.provider.bank.dispute(await chargeOf(w, paymentId), 'lost')
    await w.deliver()
    expect(await w.holdfast.refundPayment(toWallet)).toMatchObject({
      error: { code: 'refund_exceeds_payment', refundable: mxn(0n) },
    })
    const [reservation] = await w.reservations()
    if (reservation === undefined) throw new Error('No reservation.')
    await w.holdfast.cancelReservation({ actor: staff, reservationId: reservation.id, refund: 'all' })
    expect(await walletOf(w, ana)).toEqual({ balance: 0n, entries: [] })
  })

  it('in three ways, more than there was, calls a human also where the last of them is our own', async () => {
    const w = world()
    const { paymentId } = await want(w, ana)
    await w.provider.payer.pay(await page(w, ana, paymentId))
    await w.deliver()
    const chargeId = await chargeOf(w, paymentId)
    await w.holdfast.refundPayment({ actor: staff, paymentId, destination: 'wallet', amount: mxn(100_00n) })
    w.provider.faults.next('refund', 'unreachable')
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    w.provider.bank.refund(chargeId, 150_00n)
    await w.deliver()
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([])
    await w.pass(hour, minute)
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([
      { code: 'refunded_twice', data: { minorUnits: 100_00n } },
    ])
  })

  it('twice, to the wallet here and to the card in the dashboard, calls a human', async () => {
    const w = world()
    const { paymentId } = await want(w, ana)
    await w.provider.payer.pay(await page(w, ana, paymentId))
    await w.deliver()
    await w.holdfast.refundPayment({ actor: staff, paymentId, destination: 'wallet', amount: mxn(200_00n) })
    const [attempt] = (await w.get(paymentId)).attempts
    if (attempt?.status !== 'succeeded') throw new Error('No charge.')
    w.provider.bank.refund(attempt.charge.id, 100_00n)
    await w.deliver()
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([])
    w.provider.bank.refund(attempt.charge.id, 50_00n)
    await w.deliver()
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([
      { code: 'refunded_twice', data: { minorUnits: 50_00n } },
    ])
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'refunded', refunded: 300_00n })
  })

  it('twice leaves nothing that could go back with the stay, which ends all the same', async () => {
    const w = world()
    const { paymentId } = await want(w, ana)
    await w.provider.payer.pay(await page(w, ana, paymentId))
    await w.deliver()
    await w.holdfast.refundPayment({ actor: staff, paymentId, destination: 'wallet', amount: mxn(200_00n) })
    w.provider.bank.refund(await chargeOf(w, paymentId), 300_00n)
    await w.deliver()
    const [stay] = await w.reservations()
    if (stay === undefined) throw new Error('No stay.')
    expect(await w.holdfast.cancelReservation({ actor: staff, reservationId: stay.id, refund: 'all' })).toMatchObject({
      ok: true,
      value: { reservation: { status: 'cancelled' } },
    })
    expect((await w.get(paymentId)).refunds).toHaveLength(2)
  })
})
