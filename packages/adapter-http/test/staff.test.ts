import { instant, type PaymentId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { ana, bookedReservation, openIntent, staff, world, type World } from './world.ts'

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
          body: { refundId: 'rf_2' },
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
