import { decimalString, encodeJson, money, type Json, type PaymentId } from '@holdfast/core'
import { readStored, type Stored, type StoredPayment } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { at, guest, persist } from './asking.ts'
import { buy } from './buying.ts'
import type { Command } from './command.ts'

type Doing<Name> = Extract<Command, { readonly do: Name }>

/** Somebody pays money into their wallet, or what is missing there for something that they want. */
export const topUp = async (
  world: World,
  command: Doing<'top_up' | 'top_up_missing'>,
  index: number,
): Promise<void> => {
  const wanted = wantedOf(readStored(world.database), command)
  if (wanted === undefined) return
  return buy(world, { ...command, ...wanted, index, kind: 'wallet_topup', checkout: true })
}

const wantedOf = (
  { intents, payments }: Stored,
  command: Doing<'top_up' | 'top_up_missing'>,
): { readonly owner: string; readonly payload: Json } | undefined => {
  if (command.do === 'top_up') {
    const amount = money(BigInt(command.pesos) * 100n, 'MXN')
    return { owner: `o${command.who}`, payload: { amount: decimalString(amount), currency: amount.currency } }
  }
  const paymentOf = new Map(payments.map((payment) => [payment.id, payment]))
  const open = intents.filter(
    ({ status, payment_id }) => status === 'open' && paymentOf.get(payment_id)?.purpose !== 'wallet_topup',
  )
  const intent = at(open, command.on)
  const owner = intent && paymentOf.get(intent.payment_id)?.owner
  return intent === undefined || owner === undefined ? undefined : { owner, payload: { intent_id: intent.id } }
}

/** Somebody pays from their wallet, so many times at once. Under one key all of them are answered alike. */
export const payFromWallet = async (world: World, command: Doing<'pay_from_wallet'>, index: number): Promise<void> => {
  const { on, times, key, process } = command
  const payment = paymentToPay(readStored(world.database), on, index)
  if (payment === undefined) return
  const request = {
    actor: guest(payment.owner),
    paymentId: payment.id as PaymentId,
    ...(key ? { idempotencyKey: `k${index}` } : {}),
  }
  const answers = await Promise.all(
    Array.from({ length: times }, () => persist(world, process, key, (holdfast) => holdfast.payFromWallet(request))),
  )
  const settled = new Set<string>()
  for (const answer of answers) {
    // Who was told "not now" may ask again, and is answered as everybody else.
    if (answer === undefined || (!answer.ok && answer.error.code === 'provider_unavailable')) continue
    settled.add(encodeJson(answer))
    if (!answer.ok && answer.error.code === 'wallet_insufficient') world.counts.add('wallet_insufficient')
  }
  if (key && settled.size > 1) throw new Violation('K1', `one key was answered ${[...settled].join(' and ')}`)
  if (key && times > 1 && settled.size === 1) world.counts.add('same_key_same_answer')
}

/** Mostly what can still be paid, by somebody who has a wallet where there is such a one; now and then anything. */
const paymentToPay = ({ payments, wallets }: Stored, on: number, index: number): StoredPayment | undefined => {
  if (index % 5 === 0) return at(payments, on)
  const payable = payments.filter(
    ({ status, purpose }) => purpose !== 'wallet_topup' && (status === 'pending' || status === 'failed'),
  )
  const withMoney = payable.filter(({ owner }) =>
    wallets.some((wallet) => wallet.owner === owner && wallet.balance_minor > 0),
  )
  return at(withMoney.length > 0 && index % 5 !== 1 ? withMoney : payable, on)
}
