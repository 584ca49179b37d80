import type { PendingIntent, SyncedPayment } from '@holdfast/core'
import type { Ask, Desk } from '../desk.ts'
import type { Notice } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { shownLimits } from '../wallet/wallet-page.ts'
import { clinicOutcome } from './clinic-outcome.ts'
import { orderOutcome } from './order-outcome.ts'
import type { Outcome, PaidThing } from './outcome-page.ts'
import { stayOutcome } from './stay-outcome.ts'
import { topUpOutcome } from './top-up-outcome.ts'

/** What a payment has come to, with what its page needs. */
export const readOutcome = async (c: Ask, desk: Desk, { kase, type }: SyncedPayment): Promise<Outcome> => {
  const { subject } = kase.payment
  const intent =
    subject.type === 'intent'
      ? (await desk.unitOfWork.read((tx) => tx.intents.find(subject.id as PendingIntent['id'])))?.value
      : undefined
  const thing = await thingOf(c.get('visitor'), desk.signedIn(c), desk, kase, intent)
  return { kase, intent, thing, isUnheard: type === 'unheard', notice: noticeOf(c) }
}

/** The kind of the intent says what was bought; what has no intent is an order of the shop, or the balance of a stay. */
const thingOf = (
  visitor: Visitor,
  signedIn: SignedIn,
  desk: Desk,
  kase: SyncedPayment['kase'],
  intent: PendingIntent | undefined,
): Promise<PaidThing> => {
  if (kase.payment.subject.type === 'order') return orderOutcome(visitor, signedIn, desk, kase)
  switch (intent?.kind) {
    case 'appointment':
    case 'consultation':
      return clinicOutcome(visitor, signedIn, desk, kase, intent)
    case 'wallet_topup':
      return topUpOutcome(visitor, signedIn, desk, kase, intent)
    case undefined:
    default:
      return stayOutcome(visitor, signedIn, desk, kase, intent)
  }
}

const noticeOf = (c: Ask): Notice | undefined => {
  const { t, words, language } = c.get('visitor')
  const { payloadReasons: reasons } = words
  const texts: Readonly<Record<string, string>> = {
    wallet_insufficient: t.clinic.problems.short,
    amount_too_large: t.clinic.money.limits(...shownLimits(language)),
    intent_not_payable: reasons.intent_not_payable({ code: 'intent_not_payable' }),
    wallet_suffices: reasons.wallet_suffices({ code: 'wallet_suffices' }),
  }
  const text = texts[c.req.query('problem') ?? '']
  return text === undefined ? undefined : { tone: 'bad', text }
}
