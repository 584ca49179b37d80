import { describe, expect, it } from 'vitest'
import { ana, ben, mxn, staff, start } from '../src/contracts/rules/world.ts'
import { after, day, hour, minute, type Drift, type PaymentProvider, type ReconcileProgress } from '../src/index.ts'
import { auditedMemoryProvider, memoryUnitOfWork } from '../src/memory/index.ts'
import { alter, alterAttempt, auditedWorld, elsewhere, listed, mature, only, shown, sold } from './reconcile-world.ts'

describe('two sides that are the same', () => {
  it('are counted and summed, and nothing is found', async () => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    await w.pass(minute)
    await w.book(ben, 1)
    await mature(w)
    expect(await w.reconcile()).toEqual({
      from: after(w.clock.now(), -100 * day),
      to: w.clock.now(),
      at: w.clock.now(),
      fix: false,
      compared: {
        sessions: { there: 2, here: 2 },
        charges: { there: 1, here: 1 },
        refunds: { there: 1, here: 1 },
      },
      sums: [
        {
          currency: 'MXN',
          charged: { there: 300_00n, here: 300_00n },
          refunded: { there: 100_00n, here: 100_00n },
        },
      ],
      counts: {},
      drift: [],
      more: false,
      strangers: 0,
      young: 0,
      unheard: 0,
    })
  })

  it('are those where money came twice, and was sent back', async () => {
    const w = auditedWorld()
    const first = await w.book(ana, 0)
    const second = await w.book(ben, 0)
    for (const { sessionId } of [first, second]) await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.pass(day, hour)
    const { drift, sums } = await w.reconcile()
    expect(drift).toEqual([])
    expect(sums).toMatchObject([
      { charged: { there: 600_00n, here: 600_00n }, refunded: { there: 300_00n, here: 300_00n } },
    ])
  })

  it('are those of a wallet, of which the provider knows nothing', async () => {
    const w = auditedWorld()
    const topUp = await w.holdfast.openIntent({
      actor: ana,
      kind: 'wallet_topup',
      payload: { amount: '500.00', currency: 'MXN' },
    })
    if (!topUp.ok) throw new Error(JSON.stringify(topUp.error))
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: topUp.value.paymentId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.pay(page.value.sessionId)
    await w.deliver()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'consultation', payload: {} })
    if (!opened.ok) throw new Error(opened.error.code)
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId: opened.value.paymentId })).toMatchObject({
      ok: true,
    })
    await mature(w)
    expect(await w.reconcile()).toMatchObject({ drift: [], compared: { charges: { there: 1, here: 1 } } })
  })
})

describe('what is not compared', () => {
  it('is what was made just now: its news may be on its way', async () => {
    const w = auditedWorld()
    const { sessionId } = await w.book(ana)
    await w.clock.advance(10 * minute)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(9 * minute)
    expect(await w.reconcile()).toMatchObject({ drift: [], young: 1 })
    expect(only(await w.reconcile({ graceMs: 8 * minute })).code).toBe('charge_not_counted')
  })

  it('is what other programs made at the same account; it is counted', async () => {
    const w = auditedWorld()
    await sold(w)
    const made = { createdAt: w.clock.now(), livemode: false, amount: mxn(8_00n) }
    w.audit.others.sessions.push({ ...made, id: 'cs_x', status: 'open', paid: false, expiresAt: w.clock.now() })
    w.audit.others.charges.push({ ...made, id: 'ch_x', captured: true, refunded: 0n, disputed: false })
    w.audit.others.refunds.push({ ...made, id: 're_x', chargeId: 'ch_x', state: { type: 'succeeded' } })
    w.audit.others.refunds.push({ ...made, id: 're_y', state: { type: 'succeeded' } })
    await mature(w)
    expect(await w.reconcile()).toMatchObject({
      drift: [],
      strangers: 4,
      compared: { sessions: { there: 1 }, charges: { there: 1 }, refunds: { there: 0 } },
      sums: [{ currency: 'MXN', charged: { there: 300_00n } }],
    })
  })

  it('is money of the other kind: that is told, and nothing else of it', async () => {
    const w = auditedWorld()
    const { paymentId, chargeId } = await sold(w)
    await mature(w)
    const real = await w.reconcile({}, { settings: { ...w.settings, livemode: true } })
    expect(real.counts).toEqual({ livemode_differs: { found: 2, mended: 0 } })
    expect(real.drift.find(({ about }) => about === 'charge')).toMatchObject({
      providerId: chargeId,
      paymentId,
      there: { status: 'test money' },
      here: { status: 'real money' },
      mendable: false,
    })
    expect(real.sums).toEqual([])
    const { leaseMs } = w.settings
    expect((await w.reconcile({}, { settings: { leaseMs } })).drift).toEqual([])
  })

  it('is what was made outside the period, on either side', async () => {
    const w = auditedWorld()
    const before = w.clock.now()
    const { sessionId } = await w.book(ana)
    await w.clock.advance(hour)
    await w.provider.payer.pay(sessionId)
    const between = w.clock.now()
    await w.clock.advance(hour)
    await w.deliver()
    await w.clock.advance(hour)
    // Heard of within the period, and charged before it: asked for by name, it is there.
    const late = await w.reconcile({ from: after(between, minute), to: w.clock.now() })
    expect(late).toMatchObject({ drift: [], compared: { charges: { there: 0, here: 0 } } })
    const early = await w.reconcile({ from: before, to: after(before, minute) })
    expect(early).toMatchObject({ drift: [], compared: { sessions: { there: 1 }, charges: { there: 0 } } })
  })
})

describe('a list that is older than what is known here', () => {
  const always = { from: start, to: after(start, day) }

  it('does not make a page that was just paid one that is open beside its attempt', async () => {
    const w = auditedWorld()
    const { sessionId } = await w.book(ana)
    const older = await listed(w.audit.sessions(always))
    await mature(w)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    const audit = { ...w.audit, sessions: () => shown(older) }
    expect((await w.reconcile({}, { audit })).drift).toEqual([])
    await mature(w)
    expect(only(await w.reconcile({}, { audit })).code).toBe('session_beside_attempt')
  })

  it('does not make a charge that has just come one that never did', async () => {
    const w = auditedWorld()
    await sold(w)
    // Made long before its money came, as by a bank transfer.
    const older = (await listed(w.audit.charges(always))).map((charge) => ({
      ...charge,
      createdAt: after(charge.createdAt, -day),
      captured: false,
    }))
    const audit = { ...w.audit, charges: () => shown(older) }
    await w.clock.advance(9 * minute)
    expect((await w.reconcile({}, { audit })).drift).toEqual([])
    await mature(w)
    expect(only(await w.reconcile({}, { audit })).code).toBe('payment_without_charge')
  })

  it.each(['succeeded', 'failed'] as const)(
    'does not make a refund that has just %s one that differs',
    async (outcome) => {
      const w = auditedWorld()
      const { chargeId } = await sold(w)
      w.provider.bank.delayRefunds()
      const { id } = w.provider.bank.refund(chargeId, 1_00n)
      await w.deliver()
      await mature(w)
      const older = await listed(w.audit.refunds(always))
      w.provider.bank.settleRefund(id, outcome)
      await w.deliver()
      const audit = { ...w.audit, refunds: () => shown(older) }
      expect((await w.reconcile({}, { audit })).drift).toEqual([])
      await mature(w)
      expect(only(await w.reconcile({}, { audit })).code).toBe('refund_differs')
    },
  )
})

describe('reading only', () => {
  it('writes nothing here, and asks the provider nothing but to look', async () => {
    const w = auditedWorld()
    await sold(w)
    const unheard = await w.book(ben, 1)
    await w.provider.payer.pay(unheard.sessionId)
    const orphan = elsewhere(w)
    await orphan.book(ana, 2)
    await w.clock.advance(2 * hour)
    const asked: string[] = []
    const looking = new Proxy(w.provider as PaymentProvider, {
      get: (provider, name: keyof PaymentProvider) => {
        asked.push(name)
        return provider[name]
      },
    })
    const readOnly = {
      read: w.unitOfWork.read,
      run: () => Promise.reject(new Error('Written to.')),
    }
    const before = [w.provider.truth.attempts(), w.provider.truth.refunds(), w.provider.events()]
    // In another database, so that every question by name is asked, too.
    const empty = auditedMemoryProvider({ clock: w.clock })
    for (const audit of [w.audit, empty.audit]) {
      const { drift } = await w.reconcile({}, { unitOfWork: readOnly, paymentProvider: looking, audit })
      expect(drift.every(({ outcome }) => outcome === undefined)).toBe(true)
    }
    expect([...new Set(asked)].toSorted()).toEqual(['findAttempt', 'findCharge'])
    expect([w.provider.truth.attempts(), w.provider.truth.refunds(), w.provider.events()]).toEqual(before)
    await expect(w.reconcile({ fix: true }, { unitOfWork: readOnly })).rejects.toThrow('Written to.')
  })

  it('calls nothing missing that the provider could not be asked about', async () => {
    const w = auditedWorld()
    await sold(w)
    await w.book(ben, 1)
    await mature(w)
    const empty = auditedMemoryProvider({ clock: w.clock })
    for (const fault of ['unreachable', 'answer_lost', 'refused'] as const) {
      w.provider.faults.next('findCharge', fault)
      w.provider.faults.next('findAttempt', fault)
      expect(await w.reconcile({}, { audit: empty.audit })).toMatchObject({ drift: [], unheard: 2 })
    }
  })

  it('tells what was found until the provider did not answer any more', async () => {
    const w = auditedWorld()
    await sold(w)
    const orphan = elsewhere(w)
    await orphan.book(ana, 2)
    await mature(w)
    const { charges } = w.audit
    const interrupting: typeof w.audit = {
      ...w.audit,
      charges: (period) => {
        w.audit.interruptNext()
        return charges(period)
      },
    }
    const partly = await w.reconcile({}, { audit: interrupting })
    expect(partly.interrupted).toEqual({ detail: 'The in-memory provider does not answer.' })
    expect(only(partly).code).toBe('session_without_attempt')
    const broken = (): never => {
      throw new Error('A bug.')
    }
    await expect(w.reconcile({}, { audit: { ...w.audit, sessions: broken } })).rejects.toThrow('A bug.')
  })
})

describe('a request', () => {
  it('is refused where its period ends before it begins, or begins in the future', async () => {
    const w = auditedWorld()
    const now = w.clock.now()
    await expect(w.reconcile({ from: now, to: now })).rejects.toThrow('invalid_period')
    await expect(w.reconcile({ from: after(now, 1), to: after(now, 2) })).rejects.toThrow('invalid_period')
    expect((await w.reconcile({ to: after(now, day) })).to).toBe(now)
  })

  it('is told of as much as it asks for, and everything is counted', async () => {
    const w = auditedWorld()
    for (const night of [0, 1, 2]) await w.book(ana, night)
    await mature(w)
    const found = await elsewhere(w).reconcile({ limit: 2 })
    expect(found.drift).toHaveLength(2)
    expect(found).toMatchObject({ more: true, counts: { session_without_attempt: { found: 3, mended: 0 } } })
  })

  it('is told how far it has come, up to the end', async () => {
    const w = auditedWorld()
    await sold(w)
    await mature(w)
    const seen: ReconcileProgress[] = []
    await w.reconcile({ onProgress: (progress) => seen.push(progress) })
    const done = seen.map((each) => each.done)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toEqual({ done: 100, total: 100 })
    expect(seen.length).toBeGreaterThan(2)
  })

  it('finds the same with a memory for hardly anything, by asking more', async () => {
    const w = auditedWorld()
    const ids = []
    for (const night of [0, 1, 2]) {
      ids.push((await sold(w, night)).paymentId)
      await w.clock.advance(minute)
    }
    const [refunded, altered] = ids
    if (refunded === undefined || altered === undefined) throw new Error('Not sold.')
    await w.holdfast.refundPayment({ actor: staff, paymentId: refunded, amount: mxn(1_00n) })
    await w.pass(minute)
    await alterAttempt(w, altered, (attempt) =>
      attempt.status === 'succeeded' ? { ...attempt, charge: { ...attempt.charge, id: 'ch_gone' } } : attempt,
    )
    await w.book(ben, 3)
    await w.clock.advance(hour)
    const codes = (found: readonly Drift[]) => found.map(({ code, providerId }) => `${code} ${providerId}`).toSorted()
    const much = await w.reconcile()
    const little = await w.reconcile({ keepIds: 1 })
    expect(codes(much.drift)).toEqual(['charge_twice ch_2', 'payment_without_charge ch_gone'])
    expect(codes(little.drift)).toEqual(codes(much.drift))
    expect([little.sums, little.compared]).toEqual([much.sums, much.compared])
  })

  it('finds what counts here beyond the first page of a list', async () => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    const copied = await w.get(paymentId)
    const other = memoryUnitOfWork()
    await other.run(async (tx) => {
      for (let nth = 0; nth < 250; nth += 1) {
        const id = `pay_copy_${nth}` as typeof paymentId
        const attempts = copied.attempts.map((attempt) =>
          attempt.status === 'succeeded'
            ? {
                ...attempt,
                id: `att_copy_${nth}` as typeof attempt.id,
                paymentId: id,
                providerId: `cs_copy_${nth}`,
                charge: { ...attempt.charge, id: `ch_copy_${nth}` },
              }
            : attempt,
        )
        const [attempt] = attempts
        if (attempt === undefined || !('attemptId' in copied.payment)) throw new Error('Not paid.')
        const payment = { ...copied.payment, id, attemptId: attempt.id }
        await tx.payments.save({ payment, attempts, refunds: [] }, 0, w.clock.now())
      }
    })
    await mature(w)
    const found = await w.reconcile({}, { unitOfWork: other })
    expect(found.counts.payment_without_charge).toEqual({ found: 250, mended: 0 })
  })

  it('finds a payment that was made due a year before it was paid', async () => {
    const w = auditedWorld()
    const { paymentId } = await sold(w)
    await alterAttempt(w, paymentId, (attempt) =>
      attempt.status === 'succeeded' ? { ...attempt, charge: { ...attempt.charge, id: 'ch_gone' } } : attempt,
    )
    await alter(w, paymentId, (kase) => ({
      ...kase,
      payment: { ...kase.payment, createdAt: after(kase.payment.createdAt, -399 * day) },
    }))
    await mature(w)
    const from = after(w.clock.now(), -hour)
    expect((await w.reconcile({ from })).counts.payment_without_charge?.found).toBe(1)
  })
})
