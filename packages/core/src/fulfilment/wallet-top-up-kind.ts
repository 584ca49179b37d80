import { parseId, type IntentId, type OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import { currency, parseDecimal, upToChargeable, type AmountLimits, type Money } from '../kernel/money.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { LineItem } from '../payment/payment.ts'
import { payableUntil, type PendingIntent } from '../pending-intent/pending-intent.ts'
import type { QuoteRefusal } from '../ports/fulfilment.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import { taskId, type Task } from '../task/task.ts'
import type { TransferId } from '../wallet/wallet.ts'
import { amountFault } from './amount-fault.ts'
import { invalidPayload } from './invalid-payload.ts'
import { readObject } from './read-object.ts'
import { typedKind, type TypedKind } from './typed-kind.ts'

/** What is sent for a top-up: how much, as decimal text; or an open intent of the same owner, for what is missing to pay it. */
export type TopUpRequest = { readonly amount: string; readonly currency: string } | { readonly intent_id: string }

/**
 * The built-in kind `wallet_topup`: money that its owner pays in to spend later.
 *
 * The payload is `{ amount: '12.50', currency: 'EUR' }`; or `{ intent_id }`, an open intent of the same owner that the wallet
 * does not suffice for: then what is missing is paid in, at least the least amount, and that intent is paid from the wallet
 * by itself as soon as the money is there.
 *
 * Refuses with `invalid_payload` what cannot be read (`not_an_object`, `not_an_id`, `not_a_currency`, `not_an_amount`); an
 * intent for which nothing can or has to be paid in (`intent_not_found`, `intent_not_payable`, `wallet_suffices`); what is not
 * within the limits (`currency_not_taken`, `amount_too_small`, `amount_too_large`); and what cannot be charged
 * (`amount_not_a_multiple`: what is missing for an intent is rounded up instead).
 */
export const walletTopUpKind = ({
  unitOfWork,
  limits,
  item,
}: {
  readonly unitOfWork: UnitOfWork
  readonly limits: AmountLimits
  /** What the payer reads on the page. */
  readonly item: (amount: Money) => LineItem
}): TypedKind<TopUpRequest> =>
  typedKind({
    name: 'wallet_topup',
    limits,
    async quote(payload, context) {
      const wanted = await readWanted(payload, context, unitOfWork, limits)
      if (!wanted.ok) return wanted
      const { amount, field, intentId } = wanted.value
      const fault = amountFault(amount, limits)
      if (fault !== undefined) return invalidPayload(fault.code === 'currency_not_taken' ? 'currency' : field, fault)
      return ok({
        amount,
        purpose: 'wallet_topup',
        item: item(amount),
        details: intentId === undefined ? {} : { forIntent: intentId },
      })
    },
    async fulfil({ tx, intent, payment, now }) {
      const intentId = toppedUpFor(intent)
      if (intentId !== undefined) {
        const task: Task = { type: 'pay_from_wallet', intentId, topUpId: payment.id }
        await tx.tasks.append([{ id: taskId(task), body: task, dueAt: now }], now)
      }
      const id = `top_up:${payment.id}` as TransferId
      return {
        type: 'done',
        record: { type: 'wallet_entry', id },
        transfers: [
          {
            id,
            owner: payment.owner,
            paymentId: payment.id,
            amount: payment.amount,
            type: 'top_up',
            against: 'provider',
          },
        ],
      }
    },
  })

/** The intent that a top-up is a means to. Absent for a top-up of its own, and for an intent of any other kind. */
export const toppedUpFor = ({ quote }: Pick<PendingIntent, 'quote'>): IntentId | undefined => {
  const { forIntent } = quote.details
  return quote.purpose === 'wallet_topup' && typeof forIntent === 'string' ? (forIntent as IntentId) : undefined
}

interface Wanted {
  readonly amount: Money
  /** The part of the payload that says how much. */
  readonly field: string
  readonly intentId?: IntentId
}

const readWanted = async (
  payload: Json,
  { owner, now }: { readonly owner: OwnerId; readonly now: Instant },
  unitOfWork: UnitOfWork,
  limits: AmountLimits,
): Promise<Result<Wanted, QuoteRefusal>> => {
  const sent = readObject(payload, '{ amount, currency } | { intent_id }')
  if (!sent.ok) return sent
  const { amount, currency: code, intent_id: id } = sent.value
  if (id !== undefined) {
    const intentId = typeof id === 'string' ? parseId<'intent'>(id) : undefined
    if (intentId === undefined) return invalidPayload('intent_id', { code: 'not_an_id' })
    return unitOfWork.read((tx) => whatIsMissing(tx, intentId, { owner, now }, limits))
  }
  if (typeof code !== 'string' || !/^[A-Za-z]{3}$/.test(code))
    return invalidPayload('currency', { code: 'not_a_currency' })
  const money = typeof amount === 'string' ? parseDecimal(amount, code) : undefined
  return money === undefined
    ? invalidPayload('amount', { code: 'not_an_amount', currency: currency(code) })
    : ok({ amount: money, field: 'amount' })
}

const whatIsMissing = async (
  tx: Transaction,
  intentId: IntentId,
  { owner, now }: { readonly owner: OwnerId; readonly now: Instant },
  limits: AmountLimits,
): Promise<Result<Wanted, QuoteRefusal>> => {
  const field = 'intent_id'
  const intent = (await tx.intents.find(intentId))?.value
  const payment = intent && (await tx.payments.find(intent.paymentId))?.value.payment
  if (intent === undefined || payment === undefined || intent.owner !== owner)
    return invalidPayload(field, { code: 'intent_not_found' })
  if (intent.status !== 'open' || payableUntil(intent) <= now || payment.purpose === 'wallet_topup')
    return invalidPayload(field, { code: 'intent_not_payable' })
  const { amount } = payment
  const balance = (await tx.wallets.find(owner, amount.currency))?.value.balance ?? 0n
  if (balance >= amount.minorUnits) return invalidPayload(field, { code: 'wallet_suffices' })
  const missing = amount.minorUnits - balance
  const least = limits[amount.currency]?.least ?? 0n
  return ok({ amount: upToChargeable({ ...amount, minorUnits: missing < least ? least : missing }), field, intentId })
}
