import { describe, expect, it } from 'vitest'
import { ana, ben, bookedReservation, staff, world, type World } from './world.ts'

const listed = async (here: World, as = ana) => (await here.call('GET', '/api/payment-methods/', { as })).json
const remove = (here: World, id: string, as = ana) => here.call('POST', `/api/payment-methods/${id}/remove/`, { as })
const firstOf = async (here: World): Promise<string> => {
  const { payment_methods: methods } = (await listed(here)) as {
    readonly payment_methods: readonly { readonly payment_method_id: string }[]
  }
  return methods[0]?.payment_method_id ?? 'none'
}

describe('saved cards', () => {
  it('are none before anything was paid, and then the one that was kept', async () => {
    const here = world()
    expect(await listed(here)).toEqual({ payment_methods: [] })
    await bookedReservation(here)
    expect(await listed(here)).toEqual({
      payment_methods: [
        {
          payment_method_id: expect.stringMatching(/./),
          type: 'card',
          brand: 'visa',
          last4: '4242',
          expires: { month: expect.any(Number), year: expect.any(Number) },
        },
      ],
    })
    expect(await listed(here, ben)).toEqual({ payment_methods: [] })
  })

  it('are removed by their owner, once, and by nobody else', async () => {
    const here = world()
    await bookedReservation(here)
    const id = await firstOf(here)
    const missing = [404, 'payment_method_not_found']
    const ofBen = await remove(here, id, ben)
    expect([ofBen.status, ofBen.json['code']]).toEqual(missing)
    const removed = await remove(here, id)
    expect([removed.status, removed.json]).toEqual([
      200,
      { status: 'removed', payment_method_id: id, message: 'The card is removed.' },
    ])
    expect(await listed(here)).toEqual({ payment_methods: [] })
    const again = await remove(here, id)
    expect([again.status, again.json['code']]).toEqual(missing)
  })

  it('are removed once under one key, and the key is good for no other card', async () => {
    const here = world()
    await bookedReservation(here)
    const id = await firstOf(here)
    const keyed = (card: string) =>
      here.call('POST', `/api/payment-methods/${card}/remove/`, { as: ana, headers: { 'idempotency-key': 'k1' } })
    const first = await keyed(id)
    expect(first.status).toBe(200)
    const again = await keyed(id)
    expect([again.status, again.json]).toEqual([200, first.json])
    const other = await keyed('pm_other')
    expect([other.status, other.json['code']]).toEqual([422, 'idempotency_key_reused'])
  })

  it('whose removal could not be asked for are removed under the same key later', async () => {
    const here = world()
    await bookedReservation(here)
    const id = await firstOf(here)
    here.provider.faults.next('detachPaymentMethod', 'unreachable')
    const keyed = () =>
      here.call('POST', `/api/payment-methods/${id}/remove/`, { as: ana, headers: { 'idempotency-key': 'k1' } })
    expect([(await keyed()).status, (await keyed()).status]).toEqual([503, 200])
  })

  it('are nobody else’s to see, staff included', async () => {
    const here = world()
    expect((await here.call('GET', '/api/payment-methods/', { as: staff })).status).toBe(403)
  })

  it('cannot be told of while the provider is away: when to ask again is said', async () => {
    const here = world()
    await bookedReservation(here)
    here.provider.faults.next('listPaymentMethods', 'unreachable')
    const answer = await here.call('GET', '/api/payment-methods/', { as: ana })
    expect([answer.status, answer.json['code'], answer.headers.get('retry-after')]).toEqual([
      503,
      'provider_unavailable',
      '5',
    ])
  })
})
