import { createHash } from 'node:crypto'
import {
  encodeJson,
  sameMoney,
  type IntentId,
  type Json,
  type KindRequest,
  type Money,
  type OpenIntentOutcome,
  type PayFromWalletRefusal,
  type PaymentId,
} from '@holdfast/core'
import { readBalance, readUnpaid } from '../../clinic/read-clinic.ts'
import { answerLater } from '../answer-later.ts'
import type { Ask, Desk } from '../desk.ts'
import { keyOf } from '../forms.ts'
import { leadToPayment, whereItStands } from '../lead-to-payment.ts'
import { problemCode } from '../problem-code.ts'
import { notFoundPage } from '../problem-page.ts'
import { missingFrom, type WayToPay } from './ways-to-pay.ts'

/** What is needed of an intent to pay it. */
export interface Payable {
  readonly intentId: IntentId
  readonly paymentId: PaymentId
  /** What a browser holds of it. */
  readonly token: string
}

/**
 * Opens an intent of the clinic's, or finds the one that this patient has open for the very same: whoever goes back and
 * chooses again pays once. Where an `amount` is given, one of another amount is not the same.
 */
export const openOrFind = async (
  c: Ask,
  desk: Desk,
  wanted: KindRequest,
  amount?: Money,
): Promise<OpenIntentOutcome | { readonly ok: true; readonly value: Payable }> => {
  const { actor, person } = desk.signedIn(c)
  if (actor.type !== 'owner') throw new Error('Staff have nothing to pay at the clinic.')
  const open = await readUnpaid(desk.unitOfWork, person.id, desk.clock.now())
  const same = open.find(
    (intent) =>
      intent.kind === wanted.kind &&
      isSame(intent.payload, wanted.payload) &&
      (amount === undefined || sameMoney(intent.quote.amount, amount)),
  )
  if (same !== undefined)
    return { ok: true, value: { intentId: same.id, paymentId: same.paymentId, token: same.token } }
  const { idempotencyKey } = keyOf(c.get('fields'))
  const key = idempotencyKey === undefined ? {} : { idempotencyKey: ownKey(idempotencyKey, wanted, amount) }
  return desk.holdfast.openIntent({ actor, ...wanted, ...key })
}

/**
 * The key of one of the intents that a form opens. It may open two, one after the other, and be sent again with another amount: each
 * has a key of its own, which follows from the form's and from all that is asked for, however long that is.
 */
const ownKey = (formKey: string, { kind, payload }: KindRequest, amount: Money | undefined): string =>
  createHash('sha256')
    .update(encodeJson([formKey, kind, payload, amount]))
    .digest('base64url')

const isSame = (payload: Json, wanted: Json): boolean => {
  const there = fieldsOf(payload)
  return Object.entries(fieldsOf(wanted)).every(([name, value]) => there[name] === value)
}

const fieldsOf = (payload: Json): Readonly<Record<string, unknown>> =>
  typeof payload === 'object' && payload !== null ? Object.fromEntries(Object.entries(payload)) : {}

/** Goes on with an intent in the way its patient has chosen, or says clearly why that cannot be. */
export const payIn = async (
  c: Ask,
  desk: Desk,
  intent: Pick<Payable, 'intentId' | 'paymentId'>,
  way: WayToPay,
): Promise<Response> => {
  switch (way) {
    case 'card':
      return leadToPayment(c, desk, intent.paymentId)
    case 'wallet':
      return payFromWallet(c, desk, intent.paymentId)
    case 'top_up': {
      const wanted = desk.kinds.walletTopUp.request({ intent_id: intent.intentId })
      const opened = await openOrFind(c, desk, wanted, await missingFor(desk, intent.intentId))
      return opened.ok
        ? leadToPayment(c, desk, opened.value.paymentId)
        : c.redirect(`/payment/success?payment_id=${intent.paymentId}&problem=${problemCode(opened.error)}`, 303)
    }
  }
}

/** What the wallet lacks for an intent now: a top-up that was begun with more or less in the wallet is another one. */
const missingFor = async ({ unitOfWork }: Desk, intentId: IntentId): Promise<Money | undefined> => {
  const found = await unitOfWork.read((tx) => tx.intents.find(intentId))
  if (found === undefined) return undefined
  const { owner, quote } = found.value
  return missingFrom(await readBalance(unitOfWork, owner), quote.amount)
}

const payFromWallet = async (c: Ask, desk: Desk, paymentId: PaymentId): Promise<Response> => {
  const { actor } = desk.signedIn(c)
  const paid = await desk.holdfast.payFromWallet({ actor, paymentId })
  if (paid.ok) return c.redirect(`/payment/success?payment_id=${paymentId}`, 303)
  const { error } = paid
  if (error.code === 'payment_not_found') return desk.show(c, notFoundPage(c.get('visitor')), 404)
  if (error.code === 'provider_unavailable')
    return answerLater(c, desk, { paymentId, retryAfterMs: error.retryAfterMs })
  return c.redirect(await whereItStands(desk, paymentId, error.code satisfies PayFromWalletRefusal['code']), 303)
}
