import {
  err,
  mayTouch,
  ok,
  type Actor,
  type IntentId,
  type Payment,
  type PaymentId,
  type PendingIntent,
  type Result,
  type Transaction,
} from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'
import type { FoundIntent } from './current-intents.ts'
import type { Services } from './services.ts'

/** An intent of the caller's, or of anybody's for staff, with its payment and all attempts to pay it. */
export const findIntent = (
  { unitOfWork }: Pick<Services, 'unitOfWork'>,
  actor: Actor,
  id: IntentId,
): Promise<Result<FoundIntent, RefusalWith<'intent_not_found'>>> =>
  unitOfWork.read(async (tx) => {
    const intent = (await tx.intents.find(id))?.value
    if (intent === undefined || !mayTouch(actor, intent.owner)) return err({ code: 'intent_not_found' })
    const kase = (await tx.payments.find(intent.paymentId))?.value
    return kase === undefined ? err({ code: 'intent_not_found' }) : ok({ intent, kase })
  })

/**
 * The intent that a payment of the caller's, or of anybody's for staff, is for.
 *
 * Refuses, first match wins: `payment_not_found`, `intent_not_found` (it is for something else).
 */
export const findIntentOf = (
  { unitOfWork }: Pick<Services, 'unitOfWork'>,
  actor: Actor,
  id: PaymentId,
): Promise<Result<FoundIntent, RefusalWith<'payment_not_found' | 'intent_not_found'>>> =>
  unitOfWork.read(async (tx) => {
    const kase = (await tx.payments.find(id))?.value
    if (kase === undefined || !mayTouch(actor, kase.payment.owner)) return err({ code: 'payment_not_found' })
    const intent = await intentOf(tx, kase.payment)
    return intent === undefined ? err({ code: 'intent_not_found' }) : ok({ intent, kase })
  })

/** The intent that a payment is for, where it is for one. */
export const intentOf = async (
  tx: Pick<Transaction, 'intents'>,
  { subject }: Pick<Payment, 'subject'>,
): Promise<PendingIntent | undefined> =>
  subject.type === 'intent' ? (await tx.intents.find(subject.id as IntentId))?.value : undefined
