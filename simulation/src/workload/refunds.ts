import { money, type PaymentId, type Refund } from '@holdfast/core'
import { isCollected } from '../oracle/statuses.ts'
import { disputesOf, readStored, type StoredPayment } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import { partOf } from '../system/prices.ts'
import type { World } from '../world.ts'
import { at, persistAtOnce, staff } from './asking.ts'
import type { Doing } from './command.ts'

type Refunding = Doing<'refund' | 'refund_to_wallet' | 'refund_top_up'>

/** Staff give money back, to the card or into the wallet, so many times at once: under one key it is one refund. */
export const refund = async (world: World, command: Refunding, index: number): Promise<void> => {
  const payment = paymentToRefund(readStored(world.database).payments, command)
  if (payment === undefined) return
  const { part, key } = command
  const isOneKey = index % 2 === 1
  const { amount_minor: all, amount_currency: currency } = payment
  // Now and then a sum that Stripe could not give back.
  const isUneven = index % 2 === 0
  const request = {
    actor: staff,
    paymentId: payment.id as PaymentId,
    amount: money(isUneven ? BigInt(all) / BigInt(part) : partOf(BigInt(all), [1, part], currency), currency),
    ...(command.do === 'refund_to_wallet' ? { destination: 'wallet' as const } : {}),
  }
  const keyOf = (time: number) => (key ? { idempotencyKey: `k${index}${isOneKey ? '' : `.${time}`}` } : {})
  const answers = await persistAtOnce(world, command, (holdfast, time) =>
    holdfast.refundPayment({ ...request, ...keyOf(time) }),
  )
  for (const answer of answers)
    if (answer?.ok === true) checkDestination(world, payment, request.destination ?? 'provider', answer.value.refund)
    else if (answer?.ok === false && answer.error.code === 'invalid_payload') world.counts.add('uneven_sum_refused')
  const [first, second] = answers.map((answer) => (answer?.ok === true ? answer.value.refund.id : undefined))
  if (!key || !isOneKey || first === undefined || second === undefined) return
  world.counts.add('same_key_same_answer')
  if (first !== second) throw new Violation('K1', `one key made the refunds ${first} and ${second}`)
}

/** It goes where staff have said: but what came from a wallet goes back there, and what was to fill one does not. What a bank asks for is not judged. */
const checkDestination = (
  { database }: World,
  { id, purpose }: StoredPayment,
  asked: Refund['destination'],
  { attemptId, destination }: Refund,
): void => {
  const attempt = readStored(database).attempts.find((each) => each.id === attemptId)
  if (attempt === undefined || disputesOf(attempt).length > 0) return
  const right = attempt.kind === 'wallet' ? 'wallet' : purpose === 'wallet_topup' ? 'provider' : asked
  if (destination !== right)
    throw new Violation('A20', `staff give ${id} back to the ${asked}, and it goes to the ${destination}`)
}

/** Mostly one that was paid; now and then one that was not, to be refused. */
const paymentToRefund = (
  payments: readonly StoredPayment[],
  { do: name, on }: Refunding,
): StoredPayment | undefined => {
  const wanted = name === 'refund_top_up' ? payments.filter(({ purpose }) => purpose === 'wallet_topup') : payments
  const paid = wanted.filter(({ status }) => isCollected(status))
  return on === 0 ? at(wanted, 0) : at(paid, on)
}
