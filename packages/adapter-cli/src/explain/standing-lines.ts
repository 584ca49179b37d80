import { isoTime, lastDecline, type Attempt, type Payment, type Refund, type Reservation } from '@holdfast/core'
import { attemptText, moneyText, refundText } from '../payments/standing.ts'
import type { Story } from './read-story.ts'
import type { SubjectRecords } from './subject-records.ts'

/** How a payment stands now: itself, what it is for, and every attempt and refund of it. */
export const standingLines = ({ kase, around, now }: Story): readonly string[] => {
  const { payment, attempts, refunds, updatedAt } = kase
  const decline = payment.status === 'pending' ? lastDecline(kase) : undefined
  return [
    standingSentence(payment) +
      (decline === undefined ? '' : ` A card was declined on its page, which is still open: ${decline.failure.code}.`),
    '',
    `  for      ${payment.item.name} (${payment.purpose})`,
    `  owner    ${payment.owner}`,
    ...subjectLines(payment, around?.subject),
    `  created  ${isoTime(payment.createdAt)}, last changed ${isoTime(updatedAt)}; now it is ${isoTime(now)}`,
    '',
    ...(attempts.length === 0 ? ['Nobody has tried to pay it.'] : attempts.flatMap(attemptLines)),
    ...refunds.flatMap((refund, at) => refundLines(refund, at, attempts)),
  ]
}

const kinds: Readonly<Record<Attempt['kind'], string>> = {
  hosted: 'on a page',
  off_session: 'by the saved card',
  wallet: 'from the wallet',
}

const attemptLines = (attempt: Attempt, at: number): readonly string[] => [
  `Attempt ${at + 1}: ${moneyText(attempt.amount)} ${kinds[attempt.kind]}, ${attemptText(attempt)}`,
  `  ${attempt.id}${attempt.providerId === undefined ? '' : `, at the provider ${attempt.providerId}`}`,
  ...(attempt.declines ?? []).map(
    ({ id, at: heardAt, failure: { code, detail } }) =>
      `  declined on the page at ${isoTime(heardAt)}: ${code}${detail === undefined ? '' : ` (${detail})`}, ${id}`,
  ),
  ...(attempt.status === 'succeeded'
    ? [
        `  charge ${attempt.charge.id}`,
        ...attempt.disputes.map(
          ({ id, status, amount, openedAt }) =>
            `  dispute ${id} of ${moneyText(amount)}: ${status}, opened ${isoTime(openedAt)}`,
        ),
      ]
    : []),
]

const refundLines = (refund: Refund, at: number, attempts: readonly Attempt[]): readonly string[] => [
  `Refund ${at + 1}: ${moneyText(refund.amount)} of attempt ${attempts.findIndex(({ id }) => id === refund.attemptId) + 1} to the ${refund.destination} (${refund.reason}), ${refundText(refund)}`,
  `  ${refund.id}${refund.providerId === undefined ? '' : `, at the provider ${refund.providerId}`}`,
]

/** What the status means, for somebody who was woken up by it. */
const standingSentence = (payment: Payment): string => {
  switch (payment.status) {
    case 'pending':
      return 'It is not paid yet.'
    case 'processing':
      return 'A charge was asked for or is on its way: whether the money comes is not known yet. Do not charge again.'
    case 'authorized':
      return 'The money is held for us and has not been taken yet.'
    case 'failed':
      return `The last attempt failed at ${isoTime(payment.failedAt)}: ${payment.failure.code}${payment.failure.detail === undefined ? '' : ` (${payment.failure.detail})`}. It can be paid still.`
    case 'cancelled':
      return `It was cancelled at ${isoTime(payment.cancelledAt)} (${payment.reason}). Money that comes all the same goes back, unless the host takes it.`
    case 'completed':
      return `It was paid at ${isoTime(payment.completedAt)}.`
    case 'partially_refunded':
      return `It was paid at ${isoTime(payment.completedAt)}, and ${moneyText({ ...payment.amount, minorUnits: payment.refunded })} of it went back.`
    case 'refunded':
      return `It was paid at ${isoTime(payment.completedAt)}, and all of it went back.`
    case 'disputed':
      return `It was paid at ${isoTime(payment.completedAt)}, and the payer's bank asks for it back since ${isoTime(payment.disputedAt)}.`
  }
}

const subjectLines = (payment: Payment, records: SubjectRecords | undefined): readonly string[] => {
  const { intent, reservation, consultation, order } = records ?? {}
  const said = [
    ...(intent === undefined
      ? []
      : [
          `intent ${intent.id} (${intent.kind}): ${intent.status}${intent.status === 'open' ? `, until ${isoTime(intent.expiresAt)}` : ''}`,
        ]),
    ...(reservation === undefined ? [] : reservationLines(reservation, payment)),
    ...(consultation === undefined ? [] : [`consultation ${consultation.id}: ${consultation.status}`]),
    ...(order === undefined
      ? []
      : [
          `order ${order.id}: ${order.status}${order.status === 'pending' ? `, until ${isoTime(order.expiresAt)}` : ''}`,
        ]),
  ]
  const { subject } = payment
  const lines = said.length === 0 ? [`${subject.type} ${subject.id}`] : said
  return lines.map((line, at) => `  ${at === 0 ? 'of' : '  '}       ${line}`)
}

const reservationLines = ({ id, status, slot, balance }: Reservation, payment: Payment): readonly string[] => [
  `reservation ${id}: ${status}, ${slot.resourceId} from ${isoTime(slot.startsAt)} to ${isoTime(slot.endsAt)}`,
  ...(balance === undefined
    ? []
    : [
        `its balance: ${moneyText(balance.amount)}, due ${isoTime(balance.dueAt)}, ${balance.paymentId === payment.id ? 'is this payment' : `payment ${balance.paymentId}`}`,
      ]),
]
