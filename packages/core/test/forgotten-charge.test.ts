import { describe, expect, it } from 'vitest'
import { hour, minute, type AttemptId, type PaymentProvider } from '../src/index.ts'
import { brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { staff, world, type World } from '../src/contracts/rules/world.ts'
import { paidStay } from './paid-stay.ts'
import { storyOf } from './story-of.ts'

/** What a process did whose database has been put back since: it charged the card of this payment for an attempt now unknown. */
const chargeAndForget = async (w: World, paymentId: Awaited<ReturnType<typeof paidStay>>['balanceId']) => {
  const { payment } = await w.get(paymentId)
  if (payment.savedCard === undefined) throw new Error('No card.')
  const answer = await w.provider.chargeSavedCard({
    attemptId: 'att_forgotten' as AttemptId,
    idempotencyKey: 'att_forgotten',
    paymentId,
    amount: payment.amount,
    item: payment.item,
    purpose: payment.purpose,
    metadata: payment.metadata,
    card: payment.savedCard,
  })
  if (answer.type !== 'reported') throw new Error('Not charged.')
  return answer.report.providerId
}
const charges = (w: World) =>
  w.provider.truth.attempts().filter(({ kind, state }) => kind === 'off_session' && state.type === 'captured')

describe('a charge that a restored backup knows nothing of', () => {
  it('is found before the card is charged again, and counts', async () => {
    const logged: unknown[] = []
    const w = world({ logger: { log: (...line) => logged.push(line) } })
    const { balanceId, dueAt, reservationId } = await paidStay(w)
    const chargeId = await chargeAndForget(w, balanceId)
    await w.pass(dueAt - w.clock.now() + hour, hour)
    const { payment, attempts } = await w.get(balanceId)
    expect(payment).toMatchObject({ status: 'completed', attemptId: 'att_0002' })
    expect(attempts).toMatchObject([{ id: 'att_0002', providerId: chargeId, charge: { id: chargeId } }])
    expect(charges(w)).toHaveLength(1)
    expect(await w.reservation(reservationId)).toMatchObject({ status: 'paid' })
    expect(logged).toContainEqual(['warn', 'forgotten_charge_found', { payment: balanceId, charge: chargeId }])
    expect(await brokenAtRest(w)).toEqual([])
  })

  it('may have been given back there since: that is followed like any other refund', async () => {
    const w = world()
    const { balanceId, dueAt } = await paidStay(w)
    const chargeId = await chargeAndForget(w, balanceId)
    w.provider.bank.refund(chargeId ?? '', 700_00n)
    await w.pass(dueAt - w.clock.now() + 2 * hour, hour)
    await w.holdfast.sweep()
    expect((await w.get(balanceId)).payment).toMatchObject({ status: 'refunded' })
    expect(charges(w)).toHaveLength(1)
  })

  it('is looked for until that is answered; nothing is charged before', async () => {
    for (const fault of ['unreachable', 'request_lost', 'answer_lost'] as const) {
      const w = world()
      const { balanceId, reservationId } = await paidStay(w)
      w.provider.faults.next('findForgottenCharge', fault)
      const asked = await w.holdfast.startBalance({ actor: staff, reservationId })
      expect(asked).toMatchObject({ ok: true })
      expect(charges(w)).toHaveLength(0)
      expect((await w.get(balanceId)).attempts).toMatchObject([{ status: 'requested' }])
      const told = (await storyOf(w, balanceId)).find(([what]) => what === 'answer charge_saved_card')
      expect(told?.at(-1)).toMatchObject({ outcome: fault === 'unreachable' ? 'unreachable' : 'unknown' })
      await w.pass(hour, minute)
      expect(charges(w)).toHaveLength(1)
      expect((await w.get(balanceId)).payment).toMatchObject({ status: 'completed' })
    }
  })

  it('cannot be looked for where the provider refuses to: the charge itself is then asked for', async () => {
    const w = world()
    const { balanceId, reservationId } = await paidStay(w)
    w.provider.faults.next('findForgottenCharge', 'refused')
    await w.holdfast.startBalance({ actor: staff, reservationId })
    expect((await w.get(balanceId)).payment).toMatchObject({ status: 'completed' })
  })

  it('is looked for among what none of the attempts that are known asked for', async () => {
    const queries: unknown[] = []
    const w = world({
      wrapProvider: (provider): PaymentProvider => ({
        ...provider,
        findForgottenCharge: (query) => {
          queries.push(query)
          return provider.findForgottenCharge(query)
        },
      }),
    })
    const { balanceId, reservationId } = await paidStay(w)
    const { payment } = await w.get(balanceId)
    await w.holdfast.startBalance({ actor: staff, reservationId })
    expect(queries).toEqual([{ paymentId: balanceId, customerId: payment.savedCard?.customerId, known: [] }])
  })
})
