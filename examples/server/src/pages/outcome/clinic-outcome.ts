import { html } from 'hono/html'
import type { PaymentCase, PendingIntent } from '@holdfast/core'
import { readBalance, readVisitDetails, type VisitDetails } from '../../clinic/read-clinic.ts'
import { formatMoment, formatMoney } from '../../language/format.ts'
import { renderTimes } from '../clinic/doctor-page.ts'
import { renderWaysToPay } from '../clinic/ways-to-pay.ts'
import type { Desk } from '../desk.ts'
import type { Html } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { isInWallet, wasTaken, type OutcomeCard, type PaidThing } from './outcome-page.ts'

/** A payment for an appointment or a consultation. */
export const clinicOutcome = async (
  visitor: Visitor,
  signedIn: SignedIn,
  desk: Desk,
  kase: PaymentCase,
  intent: PendingIntent,
): Promise<PaidThing> => {
  const { t, language } = visitor
  const { payment } = kase
  const visit = readVisitDetails(intent.quote.details)
  const { doctor } = visit
  const balance = await readBalance(desk.unitOfWork, payment.owner)
  const money = formatMoney(language, payment.amount)
  return {
    section: 'appointments',
    done: intent.status === 'fulfilled' ? doneCard(visitor, visit) : undefined,
    lost: {
      title: wasTaken(intent) ? t.outcome.fasterTitle : t.clinic.outcome.keptTitle,
      content: html`<p>${wasTaken(intent) ? lostText(visitor, visit) : t.clinic.outcome.gone}</p>
<p><strong>${isInWallet(kase) ? t.messages.toWallet(money) : t.messages.toCard(money)}</strong></p>
${intent.status === 'refunded' ? await renderNearby(visitor, desk, intent) : ''}`,
      tone: 'bad',
    },
    retry: renderWaysToPay(visitor, signedIn, {
      amount: payment.amount,
      balance,
      action: `/payments/${payment.id}/pay`,
    }),
    abandoned: html`<p>${t.clinic.outcome.abandoned}</p><p><a class="button primary" href="/clinic/${doctor?.slug ?? ''}">${t.clinic.outcome.otherDoctor}</a></p>`,
  }
}

const doneCard = ({ t, language }: Visitor, { doctor, startsAt }: VisitDetails): OutcomeCard => {
  const name = doctor?.name[language] ?? ''
  const link = html`<p><a class="button primary" href="/appointments">${t.clinic.outcome.seeAppointments}</a></p>`
  return startsAt === undefined
    ? { title: t.clinic.outcome.chatTitle, content: html`<p>${t.clinic.outcome.chat(name)}</p>${link}`, tone: 'good' }
    : {
        title: t.clinic.outcome.appointmentTitle,
        content: html`<p>${t.clinic.outcome.appointment(name, formatMoment(language, startsAt, doctor?.schedule.timeZone))}</p>
<p class="soft">${doctor === undefined ? '' : t.clinic.timesOf(doctor.place[language])}</p>${link}`,
        tone: 'good',
      }
}

const lostText = ({ t, language }: Visitor, { doctor, startsAt }: VisitDetails): string =>
  doctor === undefined || startsAt === undefined
    ? t.clinic.outcome.gone
    : t.clinic.outcome.faster(doctor.name[language], formatMoment(language, startsAt, doctor.schedule.timeZone))

/** Other times of the same doctor, closest first, for somebody who came second. */
export const renderNearby = async (visitor: Visitor, { alternatives }: Desk, intent: PendingIntent): Promise<Html> => {
  const { t } = visitor
  const { doctor, startsAt } = readVisitDetails(intent.quote.details)
  if (doctor === undefined || startsAt === undefined) return html``
  const nearby = await alternatives(intent, 4)
  return html`<h2>${nearby.length === 0 ? t.clinic.outcome.noOtherTimes : t.clinic.outcome.otherTimes}</h2>
${renderTimes(visitor, doctor, nearby)}
<p><a class="button quiet" href="/clinic/${doctor.slug}">${t.clinic.outcome.otherDoctor}</a></p>`
}
