import { html } from 'hono/html'
import { toppedUpFor, type Payment, type PaymentId, type PendingIntent, type Transaction } from '@holdfast/core'
import { readVisitDetails } from '../clinic/read-clinic.ts'
import { formatDay, formatMoment, formatMoney } from '../language/format.ts'
import { readStayDetails } from '../stays/stay-kind.ts'
import type { Ask, Desk } from './desk.ts'
import type { Html } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** What a browser was about to pay: an intent of whoever has signed in, or something whose owner is not known yet. */
export type Current = PendingIntent | 'a stranger' | undefined

/** Has this browser hold an intent: what somebody has just begun to pay, or goes back to. */
export const hold = async (c: Ask, desk: Desk, intent: Pick<PendingIntent, 'token'>): Promise<void> =>
  c.header('set-cookie', await desk.currentIntents.hold(intent), { append: true })

/** As {@link hold}, for the open intent of their own that a payment is for. A top-up for something leaves that held. */
export const holdIntentOf = async (c: Ask, desk: Desk, paymentId: PaymentId): Promise<void> => {
  const intent = await desk.unitOfWork.read(async (tx) => {
    const payment = (await tx.payments.find(paymentId))?.value.payment
    return payment === undefined ? undefined : findPurpose(tx, payment)
  })
  if (intent?.status === 'open' && intent.owner === desk.signedIn(c).actor.id) await hold(c, desk, intent)
}

/** Takes back the intent that a payment is for, where that has ended: to be called by what tells how. */
export const releaseEnded = async (c: Ask, desk: Desk, payment: Pick<Payment, 'subject'>): Promise<void> => {
  const intent = await desk.unitOfWork.read((tx) => findPurpose(tx, payment))
  if (intent === undefined || intent.status === 'open' || intent.status === 'paid') return
  const setCookie = await desk.currentIntents.release(c.req.raw, intent)
  if (setCookie !== undefined) c.header('set-cookie', setCookie, { append: true })
}

/** The intent that a payment is for; of a top-up for another, that other, which is paid by itself afterwards. */
const findPurpose = async (
  tx: Transaction,
  { subject }: Pick<Payment, 'subject'>,
): Promise<PendingIntent | undefined> => {
  const intent =
    subject.type === 'intent' ? (await tx.intents.find(subject.id as PendingIntent['id']))?.value : undefined
  const purpose = intent === undefined ? undefined : toppedUpFor(intent)
  return purpose === undefined ? intent : (await tx.intents.find(purpose))?.value
}

/** Finds what somebody was about to pay who comes without a link: by the cookie, and where it is lost by its owner. */
export const readCurrent = async (c: Ask, { currentIntents }: Desk): Promise<Current> => {
  const { signedIn } = c.get('visitor')
  if (signedIn === undefined) return (await currentIntents.isHeldBy(c.req.raw)) ? 'a stranger' : undefined
  if (signedIn.actor.type !== 'owner') return undefined
  const { found, setCookie } = await currentIntents.find(c.req.raw, signedIn.actor.id)
  if (setCookie !== undefined) c.header('set-cookie', setCookie, { append: true })
  return found?.intent
}

/** Leads to what somebody was about to pay, or to what has become of it. Nothing where there is nothing. */
export const renderCurrent = (visitor: Visitor, current: Current): Html => {
  const { t } = visitor
  if (current === undefined) return html``
  if (current === 'a stranger')
    return html`<p class="notice busy">${t.current.waiting} <a href="/payment/current">${t.current.signIn}</a></p>`
  return html`<p class="notice busy">${current.status === 'open' ? t.current.waiting : t.current.settled} ${renderCurrentLink(visitor, current)}</p>`
}

/** The link alone, for a notice that says more. */
export const renderCurrentLink = (visitor: Visitor, current: PendingIntent): Html => {
  const { t } = visitor
  const what = whatIsPaid(visitor, current)
  return html`<a href="${currentPath(current)}">${current.status === 'open' ? t.current.goOn(what) : t.current.see(what)}</a>`
}

/** The page on which it is paid, left, or found to have ended. */
export const currentPath = ({ paymentId }: PendingIntent): string => `/payment/success?payment_id=${paymentId}`

const whatIsPaid = ({ t, language }: Visitor, { kind, quote }: PendingIntent): string => {
  switch (kind) {
    case 'wallet_topup':
      return t.current.topUp(formatMoney(language, quote.amount))
    case 'appointment':
    case 'consultation': {
      const { doctor, startsAt } = readVisitDetails(quote.details)
      const name = doctor?.name[language] ?? ''
      return startsAt === undefined
        ? `${t.clinic.chat} · ${name}`
        : `${t.clinic.appointment} · ${name} · ${formatMoment(language, startsAt, doctor?.schedule.timeZone)}`
    }
    default: {
      const { name, arrival } = readStayDetails(quote.details)
      return `${name} · ${formatDay(language, arrival, 'short')}`
    }
  }
}
