import type { IntentId, OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import { currency, decimalString, parseDecimal, type Money } from '../kernel/money.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { LineItem } from '../payment/payment.ts'
import type { FulfilmentKind, QuoteRefusal } from '../ports/fulfilment.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'
import { taskId, type Task } from '../task/task.ts'
import type { TransferId } from '../wallet/wallet.ts'

/** How little and how much can be paid into a wallet at a time, in minor units. Currencies that are not here are not taken. */
export type TopUpLimits = Readonly<Record<string, { readonly least: bigint; readonly most: bigint }>>

/**
 * The built-in kind `wallet_topup`: money that its owner pays in to spend later.
 *
 * The payload is `{ amount: '12.50', currency: 'EUR' }`; or `{ intent_id }`, an open intent of the same owner that the wallet
 * does not suffice for: then what is missing is paid in, at least the least amount, and that intent is paid from the wallet
 * by itself as soon as the money is there.
 */
export const walletTopUpKind = ({
  unitOfWork,
  limits,
  item,
}: {
  readonly unitOfWork: UnitOfWork
  readonly limits: TopUpLimits
  /** What the payer reads on the page. */
  readonly item: (amount: Money) => LineItem
}): FulfilmentKind => ({
  name: 'wallet_topup',
  async quote(payload, context) {
    const wanted = await readWanted(payload, context, unitOfWork, limits)
    if (!wanted.ok) return wanted
    const { amount, field, intentId } = wanted.value
    const limit = limits[amount.currency]
    if (limit === undefined)
      return invalid('currency', `A wallet takes ${Object.keys(limits).join(', ')}, not ${amount.currency}.`)
    const shown = (minorUnits: bigint): string => decimalString({ ...amount, minorUnits })
    if (amount.minorUnits < limit.least || amount.minorUnits > limit.most)
      return invalid(
        field,
        `Between ${shown(limit.least)} and ${shown(limit.most)} ${amount.currency} can be paid in at a time.`,
      )
    return ok({
      amount,
      purpose: 'wallet_topup',
      item: item(amount),
      details: intentId === undefined ? {} : { forIntent: intentId },
    })
  },
  async fulfil({ tx, intent, payment, now }) {
    const { forIntent } = intent.quote.details
    if (typeof forIntent === 'string') {
      const task: Task = { type: 'pay_from_wallet', intentId: forIntent as IntentId }
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
  limits: TopUpLimits,
): Promise<Result<Wanted, QuoteRefusal>> => {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    return invalid('', 'Send { amount, currency }, or { intent_id } of what is to be paid with it.')
  const { amount, currency: code, intent_id: intentId } = payload as Readonly<Record<string, Json>>
  if (intentId !== undefined) {
    if (typeof intentId !== 'string') return invalid('intent_id', 'An intent is named by text.')
    return unitOfWork.read((tx) => whatIsMissing(tx, intentId as IntentId, { owner, now }, limits))
  }
  if (typeof code !== 'string' || !/^[A-Za-z]{3}$/.test(code))
    return invalid('currency', 'A currency is three letters, such as EUR.')
  const money = typeof amount === 'string' ? parseDecimal(amount, code) : undefined
  return money === undefined
    ? invalid('amount', `An amount is text such as 12.50, with no more decimals than ${currency(code)} has.`)
    : ok({ amount: money, field: 'amount' })
}

const whatIsMissing = async (
  tx: Transaction,
  intentId: IntentId,
  { owner, now }: { readonly owner: OwnerId; readonly now: Instant },
  limits: TopUpLimits,
): Promise<Result<Wanted, QuoteRefusal>> => {
  const field = 'intent_id'
  const intent = (await tx.intents.find(intentId))?.value
  const payment = intent && (await tx.payments.find(intent.paymentId))?.value.payment
  if (intent === undefined || payment === undefined || intent.owner !== owner)
    return invalid(field, 'There is no such intent.')
  if (intent.status !== 'open' || intent.expiresAt <= now || payment.purpose === 'wallet_topup')
    return invalid(field, 'This intent cannot be paid from a wallet any more.')
  const { amount } = payment
  const balance = (await tx.wallets.find(owner, amount.currency))?.value.balance ?? 0n
  if (balance >= amount.minorUnits) return invalid(field, 'The wallet holds enough for it: pay from the wallet.')
  const missing = amount.minorUnits - balance
  const least = limits[amount.currency]?.least ?? 0n
  return ok({ amount: { ...amount, minorUnits: missing < least ? least : missing }, field, intentId })
}

const invalid = (field: string, message: string) => err({ code: 'invalid_payload', field, message } as const)
