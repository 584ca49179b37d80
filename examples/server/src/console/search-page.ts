import { html } from 'hono/html'
import type { Consultation, Reservation } from '@holdfast/core'
import { findDoctorOf } from '../clinic/doctors.ts'
import { formatChange, formatDay, formatMoment, formatMoney } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import type { Html, Page } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import { readStayDetails } from '../stays/stay-kind.ts'
import { consolePage, paymentLink, table } from './console-frame.ts'
import { consultationStatusName } from './consultations-page.ts'
import type { Belongings } from './find-anything.ts'
import { ordersTable } from './orders-page.ts'
import { paymentsTable } from './payments-page.ts'

/** What was looked for and is not known here, or nothing yet. */
export const nothingFoundPage = (visitor: Visitor, text: string): Page => {
  const { t } = visitor
  return consolePage(visitor, {
    part: undefined,
    title: t.console.search,
    sought: text,
    content: html`${text === '' ? '' : html`<p role="status">${t.console.searchNothing(text)}</p>`}<p class="soft">${t.console.searchHelp}</p>`,
  })
}

/** All that one person has, newest first. */
export const belongingsPage = (
  visitor: Visitor,
  { name, sought, has }: { readonly name: string; readonly sought: string; readonly has: Belongings },
): Page => {
  const { t } = visitor
  const part = (title: string, content: Html): Html => html`<h2 class="more">${title}</h2>${content}`
  return consolePage(visitor, {
    part: undefined,
    title: t.console.ofPerson(name),
    sought,
    content: html`<h2>${t.console.payments}</h2>${paymentsTable(visitor, has.payments)}
${part(t.console.orders, ordersTable(visitor, has.orders))}
${part(t.site.stays, reservationsTable(visitor, has.stays))}
${part(t.console.appointments, reservationsTable(visitor, has.appointments))}
${part(t.console.consultations, consultationsTable(visitor, has.consultations))}
${part(t.site.wallet, renderWallets(visitor, has.wallets))}`,
  })
}

const reservationsTable = (visitor: Visitor, reservations: readonly Reservation[]): Html => {
  const { t, words, language } = visitor
  const { columns } = t.console
  return table(
    [columns.about, columns.when, columns.status, columns.payment],
    reservations.map(({ slot, details, status, paymentId }) => {
      const doctor = findDoctorOf(slot.resourceId)
      const stay = doctor === undefined ? readStayDetails(details) : undefined
      return [
        doctor?.name[language] ?? stay?.name ?? slot.resourceId,
        stay === undefined
          ? formatMoment(language, slot.startsAt, doctor?.schedule.timeZone)
          : `${formatDay(language, stay.arrival, 'short')} – ${formatDay(language, stay.departure, 'short')}`,
        badge(status, words.reservationStatus[status]),
        paymentLink(paymentId),
      ]
    }),
    t.console.none,
  )
}

const consultationsTable = (visitor: Visitor, consultations: readonly Consultation[]): Html => {
  const { t, language } = visitor
  const { columns } = t.console
  return table(
    [columns.about, columns.created, columns.status, columns.payment],
    consultations.map(({ resourceId, createdAt, status, paymentId }) => [
      findDoctorOf(resourceId)?.name[language] ?? resourceId,
      formatMoment(language, createdAt),
      badge(status, consultationStatusName(visitor, status)),
      paymentLink(paymentId),
    ]),
    t.console.none,
  )
}

/** What is in each wallet, and how that came about. */
const renderWallets = (visitor: Visitor, wallets: Belongings['wallets']): Html => {
  const { t, words, language } = visitor
  const { columns } = t.console
  if (wallets.length === 0) return html`<p class="soft">${t.console.none}</p>`
  return html`${wallets.map(
    ({ wallet: { balance, currency }, entries }) =>
      html`<p>${t.clinic.money.balance}: <strong>${formatMoney(language, { minorUnits: balance, currency })}</strong></p>
${table(
  [columns.what, columns.amount, t.clinic.money.balance, columns.when, columns.payment],
  entries.map((entry) => [
    words.walletEntry[entry.type],
    formatChange(language, entry.change, { currency }),
    formatMoney(language, { minorUnits: entry.balance, currency }),
    formatMoment(language, entry.at),
    paymentLink(entry.paymentId),
  ]),
  t.console.none,
)}`,
  )}`
}
