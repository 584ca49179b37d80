import { decimalString, type Json, type PaymentId } from '@holdfast/core'
import { readStored, type Stored } from '../oracle/truth.ts'
import { besides, paidIn } from '../system/prices.ts'
import type { World } from '../world.ts'
import { at, checkSameAnswer, guest, persistAtOnce } from './asking.ts'
import { isLeft } from './browsers.ts'
import { buy } from './buying.ts'
import type { Doing } from './command.ts'
import { paymentToPay } from './paying.ts'

/** Somebody pays money into their wallet, or what is missing there for something that they want. */
export const topUp = async (
  world: World,
  command: Doing<'top_up' | 'top_up_missing'>,
  index: number,
): Promise<void> => {
  const wanted = wantedOf(world, command)
  if (wanted === undefined) return
  return buy(world, { ...command, ...wanted, index, kind: 'wallet_topup', checkout: true })
}

const wantedOf = (
  world: World,
  command: Doing<'top_up' | 'top_up_missing'>,
): { readonly owner: string; readonly payload: Json } | undefined => {
  if (command.do === 'top_up') {
    const amount = paidIn(command.pesos, command.besides === true ? besides(world.currency) : world.currency)
    return { owner: `o${command.who}`, payload: { amount: decimalString(amount), currency: amount.currency } }
  }
  const { intents, payments } = readStored(world.database)
  const paymentOf = new Map(payments.map((payment) => [payment.id, payment]))
  const open = intents.filter(
    ({ status, payment_id: id }) =>
      status === 'open' && paymentOf.get(id)?.purpose !== 'wallet_topup' && !isLeft(world, id),
  )
  const intent = at(open, command.on)
  const owner = intent && paymentOf.get(intent.payment_id)?.owner
  return intent === undefined || owner === undefined ? undefined : { owner, payload: { intent_id: intent.id } }
}

/** Somebody pays from their wallet, so many times at once. Under one key all of them are answered alike. */
export const payFromWallet = async (world: World, command: Doing<'pay_from_wallet'>, index: number): Promise<void> => {
  const { on, times, key } = command
  const stored = readStored(world.database)
  const payment = paymentToPay(world, stored, { notFor: 'wallet_topup', owners: ownersOfMoney(stored) }, { on, index })
  if (payment === undefined) return
  const request = {
    actor: guest(payment.owner),
    paymentId: payment.id as PaymentId,
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await persistAtOnce(world, command, (holdfast) => holdfast.payFromWallet(request))
  const outcomes = answers.filter((answer) => answer !== undefined)
  for (const outcome of outcomes)
    if (!outcome.ok && outcome.error.code === 'wallet_insufficient') world.counts.add('wallet_insufficient')
  if (!key) return
  // Who was told "not now" may ask again, and is answered as everybody else.
  const settled = outcomes.filter((outcome) => outcome.ok || outcome.error.code !== 'provider_unavailable')
  checkSameAnswer(settled)
  if (times > 1 && settled.length > 0) world.counts.add('same_key_same_answer')
}

/** Those who have something in a wallet. */
const ownersOfMoney = ({ wallets }: Stored): ReadonlySet<string> =>
  new Set(wallets.filter(({ balance_minor }) => balance_minor > 0).map(({ owner }) => owner))
