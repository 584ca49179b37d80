import { instant, type Json, type ResourceId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import type { Alternatives } from '../src/index.ts'
import { ana, ben, bookedReservation, deliver, openIntent, world, type World } from './world.ts'

const dayMs = 86_400_000
const wanted = { kind: 'reservation', payload: { house: 'casa', day: 1 } }

/** A host that offers the days after the one that was wanted, and remembers what it was asked. */
const host = () => {
  const asked: unknown[] = []
  const alternatives: Alternatives = async ({ kind, payload }, limit) => {
    asked.push([kind, payload, limit])
    const { house, day } = payload as { readonly house: string; readonly day: number }
    return Array.from({ length: 9 }, (_, index) => {
      const other = day + index + 1
      const startsAt = instant(Date.UTC(2027, 5, 1) + other * dayMs)
      const endsAt = instant(startsAt + dayMs)
      return { resourceId: house as ResourceId, startsAt, endsAt, payload: { house, day: other, seats: 2n as Json } }
    })
  }
  return { asked, alternatives }
}

const offered = [2, 3, 4, 5, 6].map((day) => ({
  resource_id: 'casa',
  starts_at: new Date(Date.UTC(2027, 5, 1) + day * dayMs).toISOString(),
  ends_at: new Date(Date.UTC(2027, 5, 2) + day * dayMs).toISOString(),
  payload: { house: 'casa', day, seats: '2' },
}))

/** Ana has her page for a day open, and Ben has paid for it. */
const lostBeforePaying = async (here: World) => {
  const anas = await openIntent(here)
  const { json } = await here.call('POST', `/api/intents/${anas.intentId}/pay/`, { as: ana })
  await bookedReservation(here, { as: ben })
  return { ...anas, sessionId: json['session_id'] as string }
}

/** As {@link lostBeforePaying}; and then Ana pays too. */
const lostAfterPaying = async (here: World) => {
  const anas = await lostBeforePaying(here)
  await here.provider.payer.pay(anas.sessionId)
  await deliver(here.holdfast, here.provider.events())
  return anas
}

describe('somebody whose slot is taken', () => {
  it('is offered what the host offers, where an intent is refused: a few, and how to ask for each', async () => {
    const { asked, alternatives } = host()
    const here = world({ alternatives })
    await bookedReservation(here)
    const { status, json } = await here.call('POST', '/api/intents/', { as: ben, body: wanted })
    expect([status, json]).toMatchObject([409, { code: 'slot_taken', alternatives: offered }])
    expect(asked).toEqual([['reservation', wanted.payload, 5]])
  })

  it.each([
    ['/intents/{intent}/pay/', undefined],
    ['/intents/{intent}/retry/', undefined],
    ['/payments/{payment}/checkout/', undefined],
    ['/payments/{payment}/retry/', undefined],
    ['/intents/{intent}/pay-from-wallet/', undefined],
    ['/payments/{payment}/pay-from-wallet/', undefined],
    ['/intents/{intent}/pay-with-saved-card/', { payment_method_id: 'pm_1' }],
    ['/payments/{payment}/pay-with-saved-card/', { payment_method_id: 'pm_1' }],
  ])('is offered them by POST %s', async (path, body) => {
    const here = world({ alternatives: host().alternatives })
    const { intentId, paymentId } = await lostBeforePaying(here)
    const { status, json } = await here.call(
      'POST',
      `/api${path.replace('{intent}', intentId).replace('{payment}', paymentId)}`,
      { as: ana, ...(body === undefined ? {} : { body }) },
    )
    expect([status, json]).toMatchObject([409, { code: 'slot_taken', alternatives: offered }])
  })

  it('finds them with the intent that was refunded, however it is looked at', async () => {
    const here = world({ alternatives: host().alternatives })
    const { intentId, paymentId } = await lostAfterPaying(here)
    for (const path of [`/api/intents/${intentId}/`, `/api/payments/${paymentId}/intent/`]) {
      const { json } = await here.call('GET', path, { as: ana })
      expect(json).toMatchObject({ status: 'refunded', refund_reason: 'slot_taken', alternatives: offered })
    }
  })

  it('has a whole intent of one of them by sending what it says', async () => {
    const here = world({
      alternatives: async (_wanted, limit) =>
        (await host().alternatives(wanted, limit)).map((each) => ({ ...each, payload: { house: 'casa', day: 4 } })),
    })
    await bookedReservation(here)
    const { json } = await here.call('POST', '/api/intents/', { as: ben, body: wanted })
    const [first] = json['alternatives'] as readonly { readonly payload: object }[]
    const again = await here.call('POST', '/api/intents/', {
      as: ben,
      body: { kind: wanted.kind, payload: first?.payload },
    })
    expect(again.status).toBe(201)
  })

  it('is offered nothing where the host has nothing to offer', async () => {
    const here = world()
    const { intentId } = await lostAfterPaying(here)
    expect((await here.call('GET', `/api/intents/${intentId}/`, { as: ana })).json['alternatives']).toEqual([])
    const { json } = await here.call('POST', '/api/intents/', { as: ben, body: wanted })
    expect(json).toMatchObject({ code: 'slot_taken', alternatives: [] })
  })

  it('is told that it is taken all the same where the host fails, and the log says so', async () => {
    const here = world({ alternatives: () => Promise.reject(new Error('no calendar')) })
    await bookedReservation(here)
    const { status, json } = await here.call('POST', '/api/intents/', { as: ben, body: wanted })
    expect([status, json]).toMatchObject([409, { code: 'slot_taken', alternatives: [] }])
    expect(here.logged).toContainEqual({
      level: 'warn',
      event: 'alternatives_not_found',
      data: { kind: 'reservation', detail: 'no calendar' },
    })
  })
})

describe('the host', () => {
  it('is not asked for anybody whose intent is open, had, or given up', async () => {
    const { asked, alternatives } = host()
    const here = world({ alternatives })
    const open = await openIntent(here)
    const had = await bookedReservation(here, { day: 2 })
    const given = await openIntent(here, { day: 3 })
    await here.call('POST', `/api/intents/${given.intentId}/abandon/`, { as: ana })
    for (const { intentId } of [open, had, given])
      expect((await here.call('GET', `/api/intents/${intentId}/`, { as: ana })).json['alternatives']).toEqual([])
    expect(asked).toEqual([])
  })

  it('is documented to be asked: alternatives stand in the problem and in the intent', () => {
    const { components } = world().adapter.openapi() as {
      readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: object }>> }
    }
    for (const name of ['Problem', 'Intent'])
      expect(components.schemas[name]?.properties).toMatchObject({
        alternatives: { type: 'array', items: { $ref: '#/components/schemas/Alternative' } },
      })
  })
})
