import { html } from 'hono/html'
import type { PaymentCase, PendingIntent } from '@holdfast/core'
import { readBalance, readVisitDetails } from '../../clinic/read-clinic.ts'
import { formatMoney } from '../../language/format.ts'
import type { Desk } from '../desk.ts'
import { buttonForm } from '../forms.ts'
import type { Html } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { clinicOutcome, renderNearby } from './clinic-outcome.ts'
import type { OutcomeCard, PaidThing } from './outcome-page.ts'

/** Money paid into a wallet; where it was for something, what has become of that. */
export const topUpOutcome = async (
  visitor: Visitor,
  signedIn: SignedIn,
  desk: Desk,
  { payment }: PaymentCase,
  intent: PendingIntent,
): Promise<PaidThing> => {
  const { t, language } = visitor
  const money = formatMoney(language, payment.amount)
  const link = html`<p><a class="button primary" href="/wallet">${t.clinic.outcome.seeWallet}</a></p>`
  const balance = formatMoney(language, await readBalance(desk.unitOfWork, payment.owner))
  const paidIn: OutcomeCard = {
    title: t.clinic.outcome.topUpTitle,
    content: html`<p>${t.clinic.outcome.topUp(money, balance)}</p>${link}`,
    tone: 'good',
  }
  const { forIntent } = readVisitDetails(intent.quote.details)
  const what = forIntent === undefined ? undefined : await whatForCard(visitor, signedIn, desk, forIntent, money, link)
  return {
    section: 'wallet',
    done: intent.status === 'fulfilled' ? (what ?? paidIn) : undefined,
    lost: { title: t.clinic.outcome.keptTitle, content: html`<p>${t.outcome.refunded(money)}</p>${link}`, tone: 'bad' },
    retry: buttonForm(signedIn, `/payments/${payment.id}/pay`, t.outcome.retry),
    abandoned: html`<p>${t.clinic.outcome.abandoned}</p>${link}`,
  }
}

/** What the money was paid in for: it is paid by itself from the wallet, or could not be had any more. */
const whatForCard = async (
  visitor: Visitor,
  signedIn: SignedIn,
  desk: Desk,
  forIntent: string,
  money: string,
  link: Html,
): Promise<OutcomeCard | undefined> => {
  const { t } = visitor
  const found = await desk.unitOfWork.read(async (tx) => {
    const intent = (await tx.intents.find(forIntent as PendingIntent['id']))?.value
    const kase = intent === undefined ? undefined : (await tx.payments.find(intent.paymentId))?.value
    return intent === undefined || kase === undefined ? undefined : { intent, kase }
  })
  if (found === undefined) return undefined
  const { intent, kase } = found
  if (intent.status === 'fulfilled') return (await clinicOutcome(visitor, signedIn, desk, kase, intent)).done
  if (intent.status === 'open' && !(await isTold(desk, intent)))
    return {
      title: t.clinic.outcome.goesOnTitle,
      content: html`<p>${t.clinic.outcome.goesOn}</p>`,
      tone: 'busy',
      refreshS: 2,
    }
  return {
    title: t.clinic.outcome.keptTitle,
    content: html`<p>${t.clinic.outcome.kept(money)}</p>${await renderNearby(visitor, desk, intent)}${link}`,
    tone: 'bad',
  }
}

/** Whether its owner has been told already that the money stays in the wallet. */
const isTold = async ({ guestBook }: Desk, { owner, paymentId }: PendingIntent): Promise<boolean> =>
  (await guestBook.listMessages(owner, 50)).some(
    ({ message }) => message.template === 'kept_in_wallet' && message.paymentId === paymentId,
  )
