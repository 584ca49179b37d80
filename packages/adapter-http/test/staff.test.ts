import { instant, money, type PaymentId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { ana, bookedReservation, deliver, openIntent, staff, world, type World } from './world.ts'

const refund = (here: World, paymentId: string, body?: unknown) =>
  here.call('POST', `/api/payments/${paymentId}/refunds/`, { as: staff, ...(body === undefined ? {} : { body }) })

describe('a refund by staff', () => {
  it('gives back part, and then all that is left', async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    const part = await refund(here, paymentId, { amount: '25.5', reason: 'duplicate' })
    expect([part.status, part.json]).toMatchObject([
      201,
      {
        amount: '25.50',
        currency: 'MXN',
        status: 'succeeded',
        reason: 'duplicate',
        payment_status: 'PARTIALLY_REFUNDED',
      },
    ])
    const rest = await refund(here, paymentId)
    expect(rest.json).toMatchObject({ amount: '74.50', payment_status: 'REFUNDED' })
  })

  it('is not more than there is: 409, with what is left', async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    const { status, json } = await refund(here, paymentId, { amount: '100.01' })
    expect([status, json]).toMatchObject([
      409,
      { code: 'refund_exceeds_payment', refundable: '100.00', currency: 'MXN' },
    ])
  })

  it('is not given for what nobody paid, nor while the bank decides', async () => {
    const here = world()
    const { paymentId } = await openIntent(here, { day: 5 })
    const unpaid = await refund(here, paymentId)
    expect([unpaid.status, unpaid.json]).toMatchObject([
      409,
      { code: 'payment_not_completed', payment_status: 'PENDING' },
    ])
    const paid = await bookedReservation(here)
    const [attempt] = here.provider.truth.attempts()
    here.provider.bank.dispute(attempt?.state.type === 'captured' ? attempt.state.charge.id : '', 'opened')
    for (const event of here.provider.events()) await here.holdfast.receiveEvent(event)
    const disputed = await refund(here, paid.paymentId)
    expect([disputed.status, disputed.json['code']]).toEqual([409, 'payment_disputed'])
  })

  it.each([
    '-1',
    '0',
    '0.00',
    '1e21',
    '1,5',
    '.5',
    '5.',
    ' 5',
    '٥',
    'NaN',
    'Infinity',
    '1234567890123456',
    '1.2345',
    '',
  ])('is not of %j: 400 that names the amount', async (amount) => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    const { status, json } = await refund(here, paymentId, { amount })
    expect([status, json['errors']]).toMatchObject([400, [{ field: 'amount' }]])
    expect(here.provider.truth.refunds()).toEqual([])
  })

  it.each(['-1', '0', '1e21', '0.1', '100', '9007199254740993', 'null', 'true', '["5.00"]', '{"minor_units":5}'])(
    'is not of the JSON value %s: 400 that names the amount',
    async (amount) => {
      const here = world()
      const { paymentId } = await bookedReservation(here)
      const { status, json } = await here.call('POST', `/api/payments/${paymentId}/refunds/`, {
        as: staff,
        body: `{"amount":${amount}}`,
        headers: { 'content-type': 'application/json' },
      })
      expect([status, json['errors']]).toMatchObject([400, [{ field: 'amount' }]])
    },
  )

  it('is not of more decimals than the currency has', async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    const { status, json } = await refund(here, paymentId, { amount: '1.005' })
    expect([status, json['errors']]).toMatchObject([400, [{ field: 'amount', code: 'too_many_decimals' }]])
  })
})

describe('a change of price by staff', () => {
  it('closes the page with the old price first', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/amount/`, {
      as: staff,
      body: { amount: '80', item: { name: 'Deposit, less a favour', description: '' } },
    })
    expect([status, json]).toMatchObject([
      200,
      { amount: '80.00', currency: 'MXN', description: 'Deposit, less a favour' },
    ])
    expect(here.provider.truth.attempts()).toMatchObject([{ state: { type: 'expired' } }])
    const again = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    expect(again.json['session_id']).toBe('cs_2')
  })

  it.each([
    ['en', 'A multiple of 0.010 KWD: nothing in between can be charged.'],
    ['es', 'Un múltiplo de 0.010 KWD: nada intermedio se puede cobrar.'],
    ['fa', 'مضربی از ۰٫۰۱۰ KWD: مبلغ‌های میان آن‌ها برداشت‌پذیر نیستند.'],
  ])(
    'is of what can be charged, and so is what goes back, and it is said what that is: in %s',
    async (language, message) => {
      const here = world()
      const { paymentId } = await openIntent(here)
      const ask = async (path: string, body: unknown) => {
        const headers = { 'accept-language': language }
        const { status, json } = await here.call('POST', `/api/payments/${paymentId}/${path}/`, {
          as: staff,
          body,
          headers,
        })
        return [status, json['code'], json['errors']]
      }
      const facts = { step: '0.010', currency: 'KWD' }
      const refused = [400, 'invalid_payload', [{ field: 'amount', code: 'amount_not_a_multiple', message, facts }]]
      expect(await ask('amount', { amount: '12.345', currency: 'KWD' })).toEqual(refused)
      expect(await ask('amount', { amount: '12.340', currency: 'KWD' })).toEqual([200, undefined, undefined])
      const { json: page } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
      await here.provider.payer.pay(String(page['session_id']))
      await deliver(here.holdfast, here.provider.events())
      expect(await ask('refunds', { amount: '2.345' })).toEqual(refused)
      expect(await ask('refunds', { amount: '2.340' })).toEqual([201, undefined, undefined])
    },
  )

  it('is within what its kind takes, by the name of the field', async () => {
    const here = world()
    const body = { amount: '50.00', currency: 'MXN' }
    const { json: topUp } = await here.call('POST', '/api/wallet/top-up/', { as: ana, body })
    const change = async (sent: unknown) => {
      const path = `/api/payments/${String(topUp['payment_id'])}/amount/`
      return (await here.call('POST', path, { as: staff, body: sent })).json['errors']
    }
    expect(await change({ amount: '9.99' })).toMatchObject([{ field: 'amount', code: 'amount_too_small' }])
    expect(await change({ amount: '50', currency: 'EUR' })).toMatchObject([
      { field: 'currency', code: 'currency_not_taken', facts: { taken: ['MXN'] } },
    ])
  })

  it('comes too late for what is paid or cancelled', async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    const change = (id: string) =>
      here.call('POST', `/api/payments/${id}/amount/`, { as: staff, body: { amount: '1' } })
    expect((await change(paymentId)).json['code']).toBe('payment_already_completed')
    const other = await openIntent(here, { day: 2 })
    await here.call('POST', `/api/payments/${other.paymentId}/cancel/`, { as: ana })
    expect((await change(other.paymentId)).json['code']).toBe('payment_cancelled')
    expect((await change('pay_none')).status).toBe(404)
  })
})

describe('what staff can see', () => {
  it("tells a payment's whole story, and who did what", async () => {
    const here = world()
    const { paymentId } = await bookedReservation(here)
    await refund(here, paymentId, { amount: '1' })
    const { status, json } = await here.call('GET', `/api/payments/${paymentId}/timeline/`, { as: staff })
    expect(status).toBe(200)
    const told = json['timeline'] as { readonly name: string; readonly actor: string | null }[]
    expect(told.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['open_intent', 'start_checkout', 'captured', 'refund_payment']),
    )
    expect(told.find(({ name }) => name === 'refund_payment')?.actor).toBe('staff:eve')
  })

  it('lists work by status and page by page, and gives dead work another try', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const now = here.clock.now()
    const body = (n: number) =>
      ({ type: 'send_refund', paymentId: paymentId as PaymentId, refundId: `rf_${n}` as never }) as const
    await here.unitOfWork.run(async (tx) => {
      await tx.outbox.append(
        [1, 2, 3].map((n) => ({ id: `send_refund:rf_${n}`, body: body(n), dueAt: now })),
        now,
      )
      const taken = await tx.outbox.take('send_refund:rf_2', { now, leaseMs: 1 })
      await tx.outbox.bury('send_refund:rf_2', taken?.lease ?? 0, 'gave up', now)
    })
    const dead = await here.call('GET', '/api/staff/outbox/?status=dead', { as: staff })
    expect(dead.json).toMatchObject({
      items: [
        {
          id: 'send_refund:rf_2',
          type: 'send_refund',
          status: 'dead',
          last_error: 'gave up',
          body: { refund_id: 'rf_2' },
        },
      ],
      next_cursor: null,
      depth: { waiting: 2, dead: 1 },
    })
    const first = await here.call('GET', '/api/staff/outbox/?limit=1', { as: staff })
    expect(first.json).toMatchObject({ items: [{ id: 'send_refund:rf_1' }], next_cursor: 'send_refund:rf_1' })

    const retried = await here.call('POST', '/api/staff/outbox/send_refund:rf_2/retry/', { as: staff })
    expect([retried.status, retried.json]).toEqual([200, { id: 'send_refund:rf_2', status: 'waiting' }])
    const again = await here.call('POST', '/api/staff/outbox/send_refund:rf_2/retry/', { as: staff })
    expect([again.status, again.json['code']]).toEqual([404, 'work_not_found'])
    const { json } = await here.call('GET', `/api/payments/${paymentId}/timeline/`, { as: staff })
    expect(json['timeline']).toContainEqual(expect.objectContaining({ name: 'retry_effect', actor: 'staff:eve' }))
  })

  it('lists events and tasks in the same way', async () => {
    const here = world()
    await bookedReservation(here)
    const inbox = await here.call('GET', '/api/staff/inbox/?status=done', { as: staff })
    expect(inbox.json).toMatchObject({ items: [{ type: 'charge.captured', status: 'done' }] })
    const tasks = await here.call('GET', '/api/staff/tasks/', { as: staff })
    const types = (tasks.json['items'] as { readonly type: string }[]).map(({ type }) => type)
    expect(types).toEqual(expect.arrayContaining(['abandon_intent', 'charge_balance', 'complete_reservation']))
    for (const queue of ['inbox', 'tasks'])
      expect((await here.call('POST', `/api/staff/${queue}/nothing/retry/`, { as: staff })).status).toBe(404)
  })

  describe.each([
    { queue: 'outbox', about: 'effect' },
    { queue: 'inbox', about: 'event' },
    { queue: 'tasks', about: 'task' },
  ] as const)('gives dead work of the $queue another try', ({ queue, about }) => {
    const dead = async () => {
      const here = world()
      const { paymentId, intentId } = await bookedReservation(here)
      const now = here.clock.now()
      const [attempt] = here.provider.truth.attempts()
      const charge = attempt?.state.type === 'captured' ? attempt.state.charge.id : ''
      const news = {
        about: 'dispute',
        providerId: 'dp_1',
        chargeId: charge,
        outcome: 'opened',
        amount: money(100_00, 'MXN'),
      } as const
      const nothing = { about: 'nothing' } as const
      await here.unitOfWork.run(async (tx) => {
        const effect = { type: 'send_refund', paymentId: paymentId as PaymentId, refundId: 'rf_1' as never } as const
        const task = { type: 'abandon_intent', intentId: intentId as never } as const
        await tx.outbox.append([{ id: 'dead', body: effect, dueAt: now }], now)
        await tx.tasks.append([{ id: 'dead', body: task, dueAt: now }], now)
        await tx.tasks.append([{ id: 'loose', body: { type: 'sweep' }, dueAt: now }], now)
        const event = { id: 'dead', type: 'x', occurredAt: now, livemode: false, news } as const
        const loose = { id: 'loose', type: 'y', occurredAt: now, livemode: false, news: nothing } as const
        for (const each of [event, loose]) await tx.inbox.record(each, { status: 'waiting', at: now, dueAt: now })
        for (const id of ['dead', 'loose'])
          for (const each of [tx.outbox, tx.inbox, tx.tasks]) {
            const taken = await each.take(id, { now, leaseMs: 1 })
            if (taken !== undefined) await each.bury(id, taken.lease, 'gave up', now)
          }
      })
      return { here, paymentId }
    }
    const retry = (here: World, id: string, headers = {}) =>
      here.call('POST', `/api/staff/${queue}/${id}/retry/`, { as: staff, headers })

    it('and says in the story of the payment who did it', async () => {
      const { here, paymentId } = await dead()
      const retried = await retry(here, 'dead', { 'idempotency-key': 'k1' })
      expect([retried.status, retried.json]).toEqual([200, { id: 'dead', status: 'waiting' }])
      expect((await retry(here, 'dead', { 'idempotency-key': 'k1' })).json).toEqual(retried.json)
      expect((await retry(here, 'dead')).status).toBe(404)
      const { json } = await here.call('GET', `/api/payments/${paymentId}/timeline/`, { as: staff })
      const told = (json['timeline'] as { readonly name: string }[]).filter(({ name }) => name.startsWith('retry_'))
      expect(told).toMatchObject([
        { type: 'command', name: `retry_${about}`, about: { type: about, id: 'dead' }, actor: 'staff:eve' },
      ])
    })

    it('and has it in the log with the actor, whether it concerns a payment or not', async () => {
      const { here, paymentId } = await dead()
      const ids = queue === 'outbox' ? ['dead'] : ['dead', 'loose']
      for (const id of ids) expect((await retry(here, id)).status).toBe(200)
      await retry(here, 'dead')
      expect(here.logged.filter(({ event }) => event === 'work_retried').map(({ data }) => data)).toEqual(
        ids.map((id) => ({
          queue,
          id,
          actor: 'staff:eve',
          ...(id === 'dead' ? { payment_id: paymentId } : {}),
        })),
      )
    })
  })

  it('lists what needs a human with what to do about it, until somebody has seen to it', async () => {
    const here = world()
    await here.unitOfWork.run((tx) =>
      tx.attention.raise([{ id: 'dispute_opened:dp_1', code: 'dispute_opened', at: instant(0), data: { cents: 5n } }]),
    )
    const list = () => here.call('GET', '/api/staff/attention/', { as: staff, headers: { 'accept-language': 'es' } })
    expect((await list()).json).toEqual({
      items: [
        {
          id: 'dispute_opened:dp_1',
          code: 'dispute_opened',
          payment_id: null,
          at: '1970-01-01T00:00:00.000Z',
          what_to_do: 'Responde a la disputa ante el proveedor antes de que venza el plazo.',
          data: { cents: '5' },
        },
      ],
    })
    const resolved = await here.call('POST', '/api/staff/attention/dispute_opened:dp_1/resolve/', { as: staff })
    expect(resolved.json).toEqual({ id: 'dispute_opened:dp_1', status: 'resolved', resolved_by: 'staff:eve' })
    expect((await list()).json).toEqual({ items: [] })
    const twice = await here.call('POST', '/api/staff/attention/dispute_opened:dp_1/resolve/', { as: staff })
    expect([twice.status, twice.json['code']]).toEqual([404, 'attention_not_found'])
  })
})
