import type { Actor, PaymentId } from '@holdfast/core'
import { readStored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { guest, persist } from './asking.ts'

/**
 * What a payer does on a page: pays, and where the bank asks who it is, answers, fails to, or goes away. Half of them come
 * back to the host's page, which asks at once.
 */
export const pay = async (world: World, page: string, card: string): Promise<void> => {
  const { stripe, counts, kernel } = world
  const paid = await stripe.act(`/v1/payment_pages/${page}/confirm`, { payment_method: card })
  counts.add(`paid:${paid.status}`)
  const { challenge_url: challenge } = paid.body as { readonly challenge_url?: string | null }
  if (challenge !== null && challenge !== undefined) {
    const outcome = (['succeeded', 'failed', 'never', 'succeeded'] as const)[kernel.tape.choose(4, 'challenge')]
    if (outcome === 'never') return
    await kernel.sleep(20_000)
    await stripe.act(`/v1/payment_pages/${page}/authenticate`, { outcome: outcome ?? 'succeeded' })
  }
  if (paid.status !== 200 || !kernel.tape.chance(0.5, 'comes back')) return
  const paymentId = stripe.ledger().derived.sessions.find(({ id }) => id === page)?.metadata['payment_id']
  const payment = readStored(world.database).payments.find(({ id }) => id === paymentId)
  if (payment === undefined) return
  const request = { actor: guest(payment.owner), paymentId: payment.id as PaymentId }
  await kernel.sleep([0, 90, 100, 400][kernel.tape.choose(4, 'comes back after')] ?? 0)
  await persist(world, 0, false, (holdfast) => holdfast.syncPayment(request))
  world.watch.cameBack(payment.id)
}

/** Somebody asks for a page, so many times at once: answers the pages they are sent to. */
export const checkOut = async (
  world: World,
  paymentId: PaymentId,
  actor: Actor,
  times: number,
  process: number,
  idempotencyKey: string | undefined,
): Promise<readonly string[]> => {
  const request = { actor, paymentId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
  const sessions = new Set<string>()
  const asking = async (): Promise<void> => {
    const answer = await persist(world, process, idempotencyKey !== undefined, (holdfast) =>
      holdfast.startCheckout(request),
    )
    if (answer?.ok !== true || answer.value.type !== 'open') return
    const { sessionId, attemptId } = answer.value
    sessions.add(sessionId)
    const [row] = world.database.query<{ provider_id: string }>(
      'SELECT provider_id FROM holdfast_attempts WHERE id = ?',
      attemptId,
    )
    if (row?.provider_id !== sessionId)
      throw new Violation('K1', `somebody is sent to ${sessionId}, and it is not stored for ${attemptId}`)
  }
  await Promise.all(Array.from({ length: times }, asking))
  if (idempotencyKey !== undefined && times > 1) {
    if (sessions.size > 1) throw new Violation('K1', `one key got ${sessions.size} sessions`)
    if (sessions.size === 1) world.counts.add('same_key_same_answer')
  }
  return [...sessions]
}
