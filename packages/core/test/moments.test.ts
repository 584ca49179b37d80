import { describe, expect, it } from 'vitest'
import { day, hour, instant, minute, type PaymentProvider, type ProviderAnswer, type RefundId } from '../src/index.ts'
import { ana, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { paidStay } from './paid-stay.ts'

/** A world whose provider answers every call of these names with this, until told otherwise. */
const stubborn = () => {
  const answers = new Map<string, ProviderAnswer<never>>()
  const calls: string[] = []
  const w = world({
    // Fewer tries than any of these takes: what is owed to the provider is never given up, only messages are.
    settings: { intentTtlMs: 5 * day, pageTtlMs: 5 * day, triesBeforeDead: 2 },
    wrapProvider: (provider) =>
      new Proxy(provider, {
        get: (real, call, receiver) => {
          const answer = answers.get(String(call))
          const ask = Reflect.get(real, call, receiver) as (request: unknown) => unknown
          return async (request: unknown) => {
            calls.push(String(call))
            return answer ?? ask(request)
          }
        },
      }),
  })
  return { w, calls, answers }
}
const error: ProviderAnswer<never> = { type: 'unknown', answered: true, detail: 'Internal error.' }
const lost: ProviderAnswer<never> = { type: 'unknown', answered: false, detail: 'Nothing was heard.' }
const absent: ProviderAnswer<never> = { type: 'absent' }
const drainAfter = async (w: World, ms: number) => {
  await w.clock.advance(ms)
  await w.holdfast.drainOutbox(10)
}
const unpaid = async (w: World) => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
  if (!opened.ok) throw new Error('No intent.')
  return opened.value.paymentId
}

describe('a key that answers with an error', () => {
  it('is tried three times, however old it is, before what it asked for is looked for', async () => {
    const { w, calls, answers } = stubborn()
    const paymentId = await unpaid(w)
    answers.set('openSession', error)
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    await drainAfter(w, 10 * minute)
    expect(calls).toEqual(['openSession', 'openSession'])
    await drainAfter(w, 10 * minute)
    expect(calls).toEqual(['openSession', 'openSession', 'openSession', 'findAttempt'])
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'requested' }])
    await drainAfter(w, 2 * minute)
    expect(calls.slice(4)).toEqual(['findAttempt'])
    expect((await w.get(paymentId)).attempts).toMatchObject([
      {
        status: 'declined',
        failure: {
          code: 'provider_error',
          retryable: true,
          detail: 'The provider failed, and holds no page for this attempt.',
        },
      },
    ])
  })

  it('that was never an answer says nothing, and is tried for ever', async () => {
    const { w, calls, answers } = stubborn()
    const paymentId = await unpaid(w)
    answers.set('openSession', lost)
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    for (let tries = 2; tries <= 6; tries += 1) await drainAfter(w, hour)
    expect(calls).toEqual(Array.from({ length: 6 }, () => 'openSession'))
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'requested' }])
  })

  it('of a charge is given up once the charge would be listed, and the payer gets a page', async () => {
    const { w, calls, answers } = stubborn()
    const { reservationId, balanceId } = await paidStay(w)
    answers.set('chargeSavedCard', error)
    await w.holdfast.startBalance({ actor: staff, reservationId })
    calls.length = 0
    await drainAfter(w, minute)
    await drainAfter(w, minute)
    const once = ['findForgottenCharge', 'chargeSavedCard']
    expect(calls).toEqual([...once, ...once])
    expect((await w.get(balanceId)).attempts).toMatchObject([{ status: 'requested' }])
    await drainAfter(w, minute)
    expect(calls.slice(4)).toEqual([...once, 'findAttempt'])
    expect((await w.get(balanceId)).attempts).toMatchObject([{ status: 'requested' }])
    await drainAfter(w, 10 * minute)
    expect(calls.slice(7, 8)).toEqual(['findAttempt'])
    expect((await w.get(balanceId)).attempts).toMatchObject([
      { status: 'declined', failure: { code: 'provider_error' } },
      { kind: 'hosted' },
    ])
  })

  it('of a refund is replaced once, however many find that out', async () => {
    const { w, answers } = stubborn()
    const { paymentId } = await paidStay(w)
    answers.set('refund', error)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    await w.clock.advance(10 * minute)
    const refundId = 'rf_0001' as RefundId
    const body = { type: 'send_refund', paymentId, refundId } as const
    const work = { id: 'send_refund:rf_0001', body, tries: 3, lease: 7 }
    const performTwice = () => Promise.all([w.holdfast.performEffect(work), w.holdfast.performEffect(work)])
    await performTwice()
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'requested', idempotencyKey: 'rf_0001' }])
    await w.clock.advance(10 * minute)
    await performTwice()
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'requested', idempotencyKey: 'rf_0001~2' }])
  })

  it('of a refund is replaced once the refund would be listed', async () => {
    const { w, calls, answers } = stubborn()
    const { paymentId } = await paidStay(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(7n) })
    answers.set('refund', error)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    calls.length = 0
    await drainAfter(w, minute)
    await drainAfter(w, minute)
    const round = ['findRefund', 'refund']
    expect(calls).toEqual([...round, ...round])
    await drainAfter(w, minute)
    expect(calls).toEqual([...round, ...round, ...round, 'findRefund'])
    expect((await w.get(paymentId)).refunds).toMatchObject([{}, { status: 'requested', idempotencyKey: 'rf_0002' }])
    await drainAfter(w, 10 * minute)
    expect(calls.slice(7)).toEqual(['findRefund'])
    expect((await w.get(paymentId)).refunds).toMatchObject([
      { status: 'succeeded', idempotencyKey: 'rf_0001' },
      { status: 'requested', idempotencyKey: 'rf_0002~2' },
    ])
    const sending = await w.unitOfWork.read((tx) => tx.outbox.find('send_refund:rf_0002'))
    expect((sending?.dueAt ?? 0) - w.clock.now()).toBeLessThanOrEqual(32_000)
    expect(sending).toMatchObject({
      status: 'waiting',
      lastError: 'Nothing was refunded under this key; trying under the next one.',
    })
  })
})

describe('"there is none"', () => {
  const cancelledUnheard = async () => {
    const { w, calls, answers } = stubborn()
    const { reservationId, balanceId } = await paidStay(w)
    answers.set('chargeSavedCard', lost)
    answers.set('findAttempt', absent)
    await w.holdfast.startBalance({ actor: staff, reservationId })
    await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
    const status = async () => (await w.get(balanceId)).attempts[0]?.status
    return { w, calls, status }
  }

  it('is not believed of a charge to be closed that may be under way, for ten minutes', async () => {
    // Whoever asked for the charge is not heard of again here: only who closes it looks.
    const { w, status } = await cancelledUnheard()
    const close = await w.unitOfWork.read((tx) => tx.outbox.find('close_attempt:att_0002'))
    if (close === undefined) throw new Error('Nothing is closed.')
    const closing = async () => {
      const taken = await w.unitOfWork.run((tx) => tx.outbox.take(close.id, { now: w.clock.now(), leaseMs: minute }))
      if (taken === undefined) throw new Error('Somebody else closes it.')
      return w.holdfast.performEffect(taken)
    }
    await w.clock.advance(10 * minute - 1)
    expect(await closing()).toMatchObject({ type: 'postponed', because: 'unknown' })
    expect(await status()).toBe('requested')
    await w.clock.advance(1)
    expect(await closing()).toMatchObject({ type: 'done' })
    expect(await status()).toBe('expired')
  })

  it('is not believed by whoever asked for the charge, for ten minutes', async () => {
    const { w, calls, status } = await cancelledUnheard()
    const take = async () => {
      const taken = await w.unitOfWork.run((tx) =>
        tx.outbox.take('charge_saved_card:att_0002', { now: w.clock.now(), leaseMs: minute }),
      )
      if (taken === undefined) throw new Error('Somebody else charges it.')
      return w.holdfast.performEffect(taken)
    }
    await w.clock.advance(10 * minute - 1)
    calls.length = 0
    expect(await take()).toMatchObject({ type: 'postponed', because: 'unknown' })
    expect(await status()).toBe('requested')
    await w.clock.advance(1)
    expect(await take()).toMatchObject({ type: 'done' })
    expect(await status()).toBe('declined')
    expect(calls).toEqual(['findAttempt', 'findAttempt'])
  })
})

describe("the provider's time", () => {
  it('is what counts until "there is none" is believed, and not the clocks of those who ask', async () => {
    const { w, answers } = stubborn()
    const { paymentId } = await paidStay(w)
    answers.set('refund', error)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    const lookedAt = async (asOf: number) => {
      answers.set('findRefund', { type: 'absent', asOf: instant(asOf) })
      // Whoever does it next has a clock that is ahead of that of whoever did it before.
      await drainAfter(w, 20 * minute)
      return (await w.get(paymentId)).refunds[0]?.idempotencyKey
    }
    const asOf = Date.UTC(2030, 0, 1)
    await drainAfter(w, minute)
    await drainAfter(w, minute)
    expect(await lookedAt(asOf)).toBe('rf_0001')
    expect(await lookedAt(asOf + 1_000)).toBe('rf_0001')
    expect(await lookedAt(asOf + 10 * minute - 1)).toBe('rf_0001')
    expect(await lookedAt(asOf + 10 * minute)).toBe('rf_0001~2')
  })
})

describe('a list that has not yet what was made a moment ago', () => {
  /** As the provider has it that goes away for a while and then does what it is asked, but answers with an error for good. */
  const awayThenBroken = (w: World, call: 'openSession' | 'chargeSavedCard' | 'refund') => {
    for (let tries = 1; tries <= 7; tries += 1) w.provider.faults.next(call, 'request_lost')
    w.provider.faults.next(call, 'error_with_effect')
  }
  /** Lets time go by until the list is asked for; from then on it lags for as long as said. */
  const untilSought = async ({ w, calls, answers }: ReturnType<typeof stubborn>, list: string, lagMs: number) => {
    answers.set(list, absent)
    for (let minutes = 0; !calls.includes(list); minutes += 1) {
      if (minutes > 60) throw new Error('It is never looked for.')
      await drainAfter(w, minute)
    }
    await w.pass(lagMs, minute)
    answers.clear()
    await w.pass(hour, minute)
  }

  it('does not make a payer of a charged card pay again', async () => {
    const bench = stubborn()
    const { w } = bench
    const { reservationId, balanceId } = await paidStay(w)
    awayThenBroken(w, 'chargeSavedCard')
    await w.holdfast.startBalance({ actor: staff, reservationId })
    await untilSought(bench, 'findAttempt', 9 * minute)
    expect((await w.get(balanceId)).attempts).toMatchObject([{ kind: 'off_session', status: 'succeeded' }])
    expect(w.provider.truth.attempts().filter(({ kind }) => kind === 'off_session')).toHaveLength(1)
  })

  it('does not open a page beside one that is open', async () => {
    const bench = stubborn()
    const { w } = bench
    const paymentId = await unpaid(w)
    awayThenBroken(w, 'openSession')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    await untilSought(bench, 'findAttempt', minute)
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open' }])
  })

  it('does not give the same money back twice', async () => {
    const bench = stubborn()
    const { w } = bench
    const { paymentId } = await paidStay(w)
    awayThenBroken(w, 'refund')
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    await untilSought(bench, 'findRefund', 9 * minute)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded', idempotencyKey: 'rf_0001' }])
    expect(w.provider.truth.refunds()).toHaveLength(1)
  })

  it('does not make a charge disappear that was made as its payment was cancelled', async () => {
    const bench = stubborn()
    const { w, answers } = bench
    const { reservationId, balanceId } = await paidStay(w)
    for (let tries = 1; tries <= 7; tries += 1) w.provider.faults.next('chargeSavedCard', 'request_lost')
    w.provider.faults.next('chargeSavedCard', 'answer_lost')
    await w.holdfast.startBalance({ actor: staff, reservationId })
    const charged = () => w.provider.truth.attempts().some(({ kind }) => kind === 'off_session')
    for (let minutes = 0; !charged(); minutes += 1) {
      if (minutes > 60) throw new Error('It is never charged.')
      await drainAfter(w, minute)
    }
    answers.set('findAttempt', absent)
    await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })
    await w.pass(9 * minute, minute)
    answers.clear()
    await w.pass(hour, minute)
    expect((await w.get(balanceId)).attempts).toMatchObject([{ kind: 'off_session', status: 'succeeded' }])
  })
})

describe('a refund', () => {
  it('is looked for before every try, since its key may be forgotten, or a backup that knew of it', async () => {
    const { w, calls, answers } = stubborn()
    const { paymentId } = await paidStay(w)
    answers.set('refund', lost)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    expect(calls.slice(-2)).toEqual(['findRefund', 'refund'])
    answers.clear()
    calls.length = 0
    await drainAfter(w, 26 * hour)
    expect(calls).toEqual(['findRefund', 'refund'])
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded' }])
  })

  it('is not made before that look is answered', async () => {
    const { w, calls, answers } = stubborn()
    const { paymentId } = await paidStay(w)
    answers.set('findRefund', lost)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    expect(calls.slice(-1)).toEqual(['findRefund'])
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'requested' }])
    answers.clear()
    await drainAfter(w, minute)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded' }])
  })
})

describe('a process that stands still for more than a day between its look and what it would ask for', () => {
  const standingStill = (look: 'findForgottenCharge' | 'findRefund') => {
    const asked: string[] = []
    let isStanding = false
    const w: World = world({
      wrapProvider: (provider): PaymentProvider => ({
        ...provider,
        [look]: async (query: never) => {
          const answer = await provider[look](query)
          if (isStanding) await w.clock.advance(26 * hour)
          isStanding = false
          return answer
        },
        chargeSavedCard: (request) => {
          asked.push('charge')
          return provider.chargeSavedCard(request)
        },
        refund: (request) => {
          asked.push('refund')
          return provider.refund(request)
        },
      }),
    })
    return { w, asked, stand: () => (isStanding = true) }
  }

  it('does not charge the card', async () => {
    const { w, asked, stand } = standingStill('findForgottenCharge')
    const { reservationId } = await paidStay(w)
    stand()
    await w.holdfast.startBalance({ actor: staff, reservationId })
    expect(asked).toEqual([])
  })

  it('does not give money back', async () => {
    const { w, asked, stand } = standingStill('findRefund')
    const { paymentId } = await paidStay(w)
    stand()
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    expect(asked).toEqual([])
    await w.pass(hour, minute)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded' }])
  })
})

describe('a charge of an attempt that was cancelled before anybody asked for it', () => {
  it('is never asked for, nor looked for', async () => {
    const { w, calls } = stubborn()
    const { reservationId, balanceId } = await paidStay(w)
    await w.unitOfWork.run(async (tx) => {
      const found = await tx.payments.find(balanceId)
      if (found === undefined) throw new Error('No balance.')
      const { payment } = found.value
      const attempt = {
        id: 'att_9' as never,
        paymentId: payment.id,
        kind: 'off_session',
        amount: payment.amount,
        idempotencyKey: 'att_9',
        requestedAt: start,
        announce: false,
        looks: 0,
        lookAt: start + hour,
        status: 'requested',
        closing: 'requested',
      } as never
      await tx.payments.save({ ...found.value, attempts: [attempt] }, found.version, start)
      const body = { type: 'charge_saved_card', paymentId: balanceId, attemptId: 'att_9' as never } as const
      await tx.outbox.append([{ id: 'charge_saved_card:att_9', body, dueAt: start }], start)
    })
    calls.length = 0
    await w.holdfast.drainOutbox(10)
    expect(calls).toEqual([])
    expect((await w.get(balanceId)).attempts).toMatchObject([{ status: 'expired' }])
    expect((await w.reservation(reservationId)).status).toBe('confirmed')
  })
})
