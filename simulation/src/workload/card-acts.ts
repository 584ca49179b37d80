import type { PaymentId, PayWithSavedCardOutcome } from '@holdfast/core'
import { readStored, type Stored } from '../oracle/truth.ts'
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
