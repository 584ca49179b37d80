import type { PaymentId, PayWithSavedCardOutcome } from '@holdfast/core'
import { readStored, type Stored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { at, checkSameAnswer, guest, persist, persistAtOnce } from './asking.ts'
import type { Doing } from './command.ts'
import { paymentToPay } from './paying.ts'

/** The id of one of the cards that somebody has let Stripe keep; nothing where there is none, or nobody can tell. */
export const cardOf = async (
  world: World,
  owner: string,
  which: number,
  process: number,
): Promise<string | undefined> => {
  const listed = await persist(world, process, false, (host) => host.listPaymentMethods({ actor: guest(owner) }))
  return listed?.ok === true ? at(listed.value, which)?.id : undefined
}

/** Somebody pays with a card that they have let Stripe keep, so many times at once. Under one key all of them are answered alike. */
export const payWithCard = async (world: World, command: Doing<'pay_with_card'>, index: number): Promise<void> => {
  const { on, card, key, process } = command
  const stored = readStored(world.database)
  const payment = paymentToPay(world, stored, { notFor: 'balance', owners: ownersOfCards(stored) }, { on, index })
  if (payment === undefined) return
  const paymentMethodId = await cardOf(world, payment.owner, card, process)
  if (paymentMethodId === undefined) return
  const request = {
    actor: guest(payment.owner),
    paymentId: payment.id as PaymentId,
    paymentMethodId,
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await persistAtOnce(world, command, (host) => host.payWithSavedCard(request))
  const outcomes = answers.filter((answer) => answer !== undefined)
  for (const outcome of outcomes) countOutcome(world, outcome)
  if (key) checkSameAnswer(outcomes.filter((outcome) => !isNotYet(outcome)))
}

/**
 * Somebody takes one of their cards off their list, so many times at once, or tries to take one off somebody else's: that one stays.
 */
export const removeCard = async (world: World, command: Doing<'remove_card'>): Promise<void> => {
  const { who, card, by, process } = command
  const owner = `o${who}`
  const paymentMethodId = await cardOf(world, owner, card, process)
  if (paymentMethodId === undefined) return
  const actor = guest(by === 'owner' ? owner : `o${(who + 1) % 4}`)
  const answers = await persistAtOnce(world, command, (host) => host.removePaymentMethod({ actor, paymentMethodId }))
  const isRemoved = answers.some((answer) => answer?.ok === true)
  if (by === 'somebody_else') {
    const { payment_method: methods } = world.stripe.ledger().objects
    const isGone = methods.every(({ id, customer }) => id !== paymentMethodId || customer === null)
    if (isRemoved)
      throw new Violation(
        isGone ? 'A12' : 'F1',
        `${actor.id} is told that ${paymentMethodId} is removed, which is a card of ${owner} and ${isGone ? 'gone' : 'still there'}`,
      )
    if (answers.some((answer) => answer !== undefined)) world.counts.add('card_of_somebody_else_left_alone')
    return
  }
  if (!isRemoved) return
  world.counts.add('card_removed')
  world.removedCards.set(paymentMethodId, world.kernel.now())
  const listed = await persist(world, process, false, (host) => host.listPaymentMethods({ actor }))
  if (listed?.ok === true && listed.value.some(({ id }) => id === paymentMethodId))
    throw new Violation('F1', `${paymentMethodId} was removed, and ${owner} is shown it`)
}

/** A card that was removed is charged no more. @throws {@link Violation} A12 */
export const checkRemoved = ({ removedCards, stripe }: World): void => {
  for (const { payment_method: method, status, created, id } of stripe.ledger().objects.charge) {
    const removedMs = method === null ? undefined : removedCards.get(method)
    if (removedMs !== undefined && status === 'succeeded' && created * 1_000 > removedMs)
      throw new Violation('A12', `${id} is of ${method}, which its owner had removed before`)
  }
}

/** Counts what became of a saved card that somebody wanted to pay with. */
const countOutcome = ({ counts }: World, outcome: PayWithSavedCardOutcome): void =>
  counts.add(`by_card:${outcome.ok ? outcome.value.type : outcome.error.code}`)

/** Who was told "not now" or "not yet" may ask again, and is answered as everybody else. */
const isNotYet = (outcome: PayWithSavedCardOutcome): boolean =>
  outcome.ok ? outcome.value.type === 'pending' : outcome.error.code === 'provider_unavailable'

/** Those whom Stripe knows. */
const ownersOfCards = ({ payments, attempts }: Stored): ReadonlySet<string> => {
  const paidBefore = new Set(attempts.filter((each) => each.charge_id !== null).map((each) => each.payment_id))
  return new Set(payments.filter(({ id }) => paidBefore.has(id)).map(({ owner }) => owner))
}
