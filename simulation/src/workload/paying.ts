import type { Actor, PaymentId } from '@holdfast/core'
import { readStored, type Stored, type StoredPayment } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { at, guest, persist } from './asking.ts'
import { isLeft, stillThere } from './browsers.ts'

/**
 * What a payer does on a page: pays, and where the bank asks who it is, answers, fails to, or goes away. Half of them come
 * back to the host's page, which asks at once; whoever has closed the browser pays no more, and never comes back.
 */
export const pay = async (world: World, page: string, card: string): Promise<void> => {
  const { stripe, counts, kernel } = world
  const paymentId = stripe.ledger().derived.sessions.find(({ id }) => id === page)?.metadata['payment_id']
  if (isLeft(world, paymentId)) return
  const paid = await stripe.act(`/v1/payment_pages/${page}/confirm`, { payment_method: card })
  counts.add(`paid:${paid.status}`)
  const { challenge_url: challenge } = paid.body as { readonly challenge_url?: string | null }
  if (challenge !== null && challenge !== undefined) {
    const outcome = (['succeeded', 'failed', 'never', 'succeeded'] as const)[kernel.tape.choose(4, 'challenge')]
    if (outcome === 'never') return
    await kernel.sleep(20_000)
    if (isLeft(world, paymentId)) return
    await stripe.act(`/v1/payment_pages/${page}/authenticate`, { outcome: outcome ?? 'succeeded' })
  }
  if (paid.status !== 200 || !kernel.tape.chance(0.5, 'comes back')) return
  const payment = readStored(world.database).payments.find(({ id }) => id === paymentId)
  if (payment === undefined) return
  const request = { actor: guest(payment.owner), paymentId: payment.id as PaymentId }
  await kernel.sleep([0, 90, 100, 400][kernel.tape.choose(4, 'comes back after')] ?? 0)
  if (isLeft(world, paymentId)) return
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
    sessions.add(answer.value.sessionId)
  }
  await Promise.all(Array.from({ length: times }, asking))
  if (idempotencyKey !== undefined && times > 1) {
    if (sessions.size > 1) throw new Violation('K1', `one key got ${sessions.size} sessions`)
    if (sessions.size === 1) world.counts.add('same_key_same_answer')
  }
  return [...sessions]
}

/** Something other than a page that payments are paid with. */
interface Means {
  /** What it is never for. */
  readonly notFor: string
  /** Those who have it. */
  readonly owners: ReadonlySet<string>
}

/** Of what somebody still comes back to, mostly what can be paid, by somebody who has the means where there is such a one; now and then anything. */
export const paymentToPay = (
  world: World,
  stored: Stored,
  { notFor, owners }: Means,
  { on, index }: { readonly on: number; readonly index: number },
): StoredPayment | undefined => {
  const payments = stillThere(world, stored.payments)
  if (index % 5 === 0) return at(payments, on)
  const payable = payments.filter(
    ({ status, purpose }) => purpose !== notFor && (status === 'pending' || status === 'failed'),
  )
  const owned = payable.filter(({ owner }) => owners.has(owner))
  return at(owned.length > 0 && index % 5 !== 1 ? owned : payable, on)
}
