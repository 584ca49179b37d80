import { html } from 'hono/html'
import {
  isCollected,
  lastDecline,
  payableUntil,
  type Payment,
  type PaymentCase,
  type PaymentId,
  type PendingIntent,
} from '@holdfast/core'
import { formatMoney } from '../../language/format.ts'
import { buttonForm } from '../forms.ts'
import type { Html, Notice, Page, Section } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { whyFailed } from '../why-failed.ts'

/** A page of one card: what became of a payment. */
export interface OutcomeCard {
  readonly title: string
  readonly content: Html
  readonly tone: 'good' | 'bad' | 'busy' | 'calm'
  /** Look again by itself after so many seconds. */
  readonly refreshS?: number
}

/** What is told in another way about each thing that can be paid for. */
export interface PaidThing {
  readonly section: Section
  /** It has come to be. Absent: not yet. */
  readonly done: OutcomeCard | undefined
  /** It was paid, and could not be had any more. */
  readonly lost: OutcomeCard
  /** How it can be paid again. */
  readonly retry: Html
  /** Nothing was paid, and nothing is there. */
  readonly abandoned: Html
}

/** What a payment has come to, with what it was for. */
export interface Outcome {
  readonly kase: PaymentCase
  readonly intent: PendingIntent | undefined
  readonly thing: PaidThing
  /** Stripe could not be asked just now: what is known may be out of date. */
  readonly isUnheard: boolean
  readonly notice: Notice | undefined
}

/** What somebody reads who has just come back from paying: what became of it, and the one thing to do next. */
export const outcomePage = (visitor: Visitor, signedIn: SignedIn, outcome: Outcome): Page => {
  const { intent, kase, thing, notice } = outcome
  const card =
    intent?.status === 'refunded'
      ? thing.lost
      : isCollected(kase.payment)
        ? collectedCard(visitor, outcome)
        : unpaidCard(visitor, signedIn, outcome)
  return { ...cardPage(card, thing.section), notice }
}

const collectedCard = ({ t, language }: Visitor, { kase, thing }: Outcome): OutcomeCard => {
  const { payment } = kase
  if (payment.status !== 'refunded') return thing.done ?? waitingCard({ t })
  const sum = formatMoney(language, payment.amount)
  return isInWallet(kase)
    ? { title: t.messages.keptTitle, content: html`<p>${t.outcome.refundedToWallet(sum)}</p>`, tone: 'calm' }
    : { title: t.outcome.refundedTitle, content: html`<p>${t.outcome.refunded(sum)}</p>`, tone: 'calm' }
}

/** Whether a clock has ended it, and not whoever wanted it. */
const wasTimeOver = (
  { reason, cancelledAt }: Extract<Payment, { readonly status: 'cancelled' }>,
  intent: PendingIntent | undefined,
): boolean =>
  reason === 'expired' || (reason === 'abandoned' && intent !== undefined && payableUntil(intent) <= cancelledAt)

const unpaidCard = (visitor: Visitor, signedIn: SignedIn, { kase, intent, thing, isUnheard }: Outcome): OutcomeCard => {
  const { t } = visitor
  const { payment, attempts } = kase
  const leave =
    intent?.status === 'open'
      ? buttonForm(signedIn, `/payments/${payment.id}/abandon`, t.outcome.abandon, { look: 'quiet' })
      : ''
  const again = html`<div class="row">${thing.retry}${leave}</div>`
  switch (payment.status) {
    case 'failed':
      return {
        title: t.outcome.failedTitle,
        content: html`<p>${t.outcome.failed(whyFailed(visitor, payment.failure.code))}</p>${again}`,
        tone: 'bad',
      }
    case 'cancelled':
      return {
        title: wasTimeOver(payment, intent) ? t.outcome.overTitle : t.outcome.abandonedTitle,
        content: thing.abandoned,
        tone: 'calm',
      }
    case 'pending': {
      if (isUnheard) return unheardCard({ t })
      const decline = lastDecline(kase)
      return decline === undefined
        ? {
            title: t.outcome.openTitle,
            content: html`<p>${attempts.some(({ status }) => status === 'open') ? t.outcome.open : t.outcome.notOpen}</p>${again}`,
            tone: 'calm',
          }
        : {
            title: t.outcome.failedTitle,
            content: html`<p>${t.outcome.failed(whyFailed(visitor, decline.failure.code))} ${decline.failure.retryable ? t.outcome.declined : t.outcome.declinedForGood}</p>${again}`,
            tone: 'bad',
          }
    }
    case 'processing':
    case 'authorized':
    case 'completed':
    case 'partially_refunded':
    case 'refunded':
    case 'disputed':
      return waitingCard({ t })
  }
}

/** Whether what goes back goes into the wallet, and not to where it came from. */
export const isInWallet = ({ refunds }: PaymentCase): boolean =>
  refunds.length > 0 && refunds.every(({ destination }) => destination === 'wallet')

/** Whether what was paid for was lost to somebody else, and not to time. */
export const wasTaken = (intent: PendingIntent | undefined): boolean =>
  intent?.status === 'refunded' && intent.reason === 'slot_taken'

/** Stripe could not be asked. Nothing is lost. `about`: what waits to be paid, where there is more to say of it, and the way to it. */
export const laterPage = (
  { t }: Visitor,
  signedIn: SignedIn,
  {
    paymentId,
    seconds,
    about,
  }: {
    readonly paymentId: PaymentId
    /** When to try again. */
    readonly seconds: number
    readonly about: { readonly content: Html; readonly link: Html } | undefined
  },
): Page =>
  cardPage({
    title: about === undefined ? t.outcome.failedTitle : t.outcome.laterTitle,
    content: html`<p>${t.outcome.later} ${t.outcome.laterIn(seconds)}</p>${about?.content ?? ''}
<div class="row">${buttonForm(signedIn, `/payments/${paymentId}/pay`, t.outcome.retry)}${about?.link ?? ''}</div>`,
    tone: 'bad',
  })

/** The payment page has been asked for and is not there yet: one that is slow to come need not be waited for. */
export const openingPage = (
  { t }: Visitor,
  { paymentId, isSlow }: { readonly paymentId: PaymentId; readonly isSlow: boolean },
): Page =>
  cardPage({
    title: t.outcome.openingTitle,
    content: html`<p>${t.outcome.opening}</p>${
      isSlow
        ? html`<p>${t.outcome.openingSlow}</p><p><a class="button quiet" href="/payment/success?payment_id=${paymentId}">${t.outcome.howItStands}</a></p>`
        : ''
    }`,
    tone: 'busy',
    refreshS: isSlow ? 5 : 1,
  })

const waitingCard = ({ t }: Pick<Visitor, 't'>): OutcomeCard => ({
  title: t.outcome.waitingTitle,
  content: html`<p>${t.outcome.waiting}</p>`,
  tone: 'busy',
  refreshS: 3,
})

/** Nobody could say whether it was paid: neither is claimed. */
const unheardCard = ({ t }: Pick<Visitor, 't'>): OutcomeCard => ({
  title: t.outcome.unheardTitle,
  content: html`<p>${t.outcome.unheard}</p>`,
  tone: 'busy',
  refreshS: 3,
})

const cardPage = ({ title, content, tone, refreshS }: OutcomeCard, section?: Section): Page => ({
  title,
  ...(section === undefined ? {} : { section }),
  ...(refreshS === undefined ? {} : { refreshS }),
  content: html`<section class="card lone outcome ${tone}">${signs[tone]}<h1>${title}</h1>${content}</section>`,
})

const sign = (drawing: Html): Html => html`<svg class="sign" viewBox="0 0 48 48" aria-hidden="true">${drawing}</svg>`

const signs: Readonly<Record<OutcomeCard['tone'], Html>> = {
  good: sign(html`<circle cx="24" cy="24" r="22"/><path d="m14 25 7 7 13-15"/>`),
  bad: sign(html`<circle cx="24" cy="24" r="22"/><path d="M24 13v14M24 33v2"/>`),
  busy: sign(html`<circle cx="24" cy="24" r="22"/><path d="M24 12v12l8 6"/>`),
  calm: sign(html`<circle cx="24" cy="24" r="22"/><path d="M15 24h18"/>`),
}
