import { money } from '../kernel/money.ts'
import type { Attempt, PaidAttempt } from '../payment/attempt.ts'
import type { PageDecline } from '../payment/page-decline.ts'
import type { Refund } from '../payment/refund.ts'
import { at, attemptId, beyondDoubles, paymentId, refundId } from './sample-names.ts'

const attemptBase = (payment: string, id: string) =>
  ({
    id: attemptId(id),
    paymentId: paymentId(payment),
    kind: 'hosted',
    amount: money(12_500, 'MXN'),
    idempotencyKey: id,
    requestedAt: at(1),
    announce: false,
    page: {
      successUrl: 'https://host.example/ok?a=1&b=2',
      cancelUrl: 'https://host.example/back',
      expiresAt: at(7_200_000),
    },
  }) as const

/** An attempt that was asked for and not heard of; `change` may make it any other. */
export const requestedAttempt = (payment: string, id: string, change: object = {}): Attempt =>
  ({ ...attemptBase(payment, id), status: 'requested', lookAt: at(100), looks: 0, ...change }) as Attempt

/** An attempt whose page nobody paid. */
export const expiredAttempt = (payment: string, id: string): Attempt => ({
  ...attemptBase(payment, id),
  status: 'expired',
  expiredAt: at(50),
})

/** Tries that were declined on a page, as many as asked for. */
export const declinesOf = (count: number): readonly PageDecline[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `ch_${n}`,
    at: at(40 + n),
    failure: {
      code: 'insufficient_funds',
      retryable: true,
      providerCode: 'insufficient_funds',
      detail: 'No funds: $1',
    },
  }))

/** An attempt that brought the money. */
export const paidAttempt = (payment: string, id: string): PaidAttempt => ({
  ...attemptBase(payment, id),
  status: 'succeeded',
  providerId: `cs_${id}`,
  succeededAt: at(60),
  charge: { id: `pi_${id}`, amount: money(12_500, 'MXN') },
  disputes: [],
  lookAt: at(3_600_060),
  looks: 0,
})

/** An attempt of one payment in every status, at most one of them live; the live statuses come in turns. */
export const everyAttempt = (payment: string): readonly (readonly Attempt[])[] => {
  const ended: readonly Attempt[] = [
    {
      ...attemptBase(payment, `${payment}_a1`),
      status: 'succeeded',
      providerId: `cs_${payment}_1`,
      succeededAt: at(60),
      charge: {
        id: `pi_${payment}_1`,
        amount: money(beyondDoubles, 'EUR'),
        customerId: 'cus_1',
        paymentMethodId: 'pm_1',
      },
      disputes: [
        { id: 'dp_1', openedAt: at(70), amount: money(beyondDoubles, 'EUR'), status: 'open' },
        { id: 'dp_2', openedAt: at(71), amount: money(7, 'EUR'), status: 'won', endedAt: at(72) },
        { id: 'dp_3', openedAt: at(73), amount: money(900, 'USD'), status: 'lost', endedAt: at(74) },
      ],
      lookAt: at(3_600_074),
      looks: 0,
    },
    {
      ...attemptBase(payment, `${payment}_a2`),
      status: 'succeeded',
      succeededAt: at(61),
      charge: { id: `pi_${payment}_2`, amount: money(0, 'JPY') },
      disputes: [],
      lookAt: at(7_200_000),
      looks: 23,
    },
    {
      ...attemptBase(payment, `${payment}_a3`),
      status: 'declined',
      announce: true,
      providerId: `pi_${payment}_3`,
      declinedAt: at(62),
      failure: { code: 'card_declined', retryable: true, detail: 'generic_decline' },
    },
    { ...attemptBase(payment, `${payment}_a4`), declines: declinesOf(1), status: 'expired', expiredAt: at(63) },
    {
      ...withoutPage(attemptBase(payment, `${payment}_a5`)),
      kind: 'wallet',
      status: 'succeeded',
      succeededAt: at(64),
      charge: { id: `wallet:${payment}_a5`, amount: money(125_00, 'MXN') },
      disputes: [],
    },
  ]
  const offSession = {
    ...withoutPage(attemptBase(payment, `${payment}_live`)),
    card: { customerId: 'cus_2', paymentMethodId: 'pm_2' },
  }
  const live: readonly Attempt[] = [
    { ...offSession, kind: 'off_session', status: 'requested', askingEndedAt: at(99), lookAt: at(100), looks: 0 },
    {
      ...attemptBase(payment, `${payment}_live`),
      page: { successUrl: 's', cancelUrl: 'c', expiresAt: at(5), locale: 'es-MX', customerId: 'cus_1' },
      status: 'open',
      providerId: `cs_${payment}_live`,
      declines: declinesOf(2),
      url: 'https://pay.example/live#ñ',
      expiresAt: at(7_200_000),
      closing: 'replaced',
      lookAt: at(900),
      looks: 3,
    },
    {
      ...attemptBase(payment, `${payment}_live`),
      status: 'processing',
      closing: 'requested',
      lookAt: at(1),
      looks: 12,
    },
  ]
  return live.map((attempt) => [...ended, attempt])
}

const refundBase = (payment: string, id: string) =>
  ({
    id: refundId(id),
    idempotencyKey: id,
    paymentId: paymentId(payment),
    attemptId: attemptId(`${payment}_a1`),
    amount: money(500, 'MXN'),
    destination: 'provider',
    reason: 'requested_by_customer',
    requestedAt: at(70),
  }) as const

const withoutPage = <Base extends { readonly page: unknown }>({ page: _none, ...base }: Base): Omit<Base, 'page'> =>
  base

/** A refund that was asked for and not heard of; `change` may make it any other. */
export const requestedRefund = (payment: string, id: string, change: object = {}): Refund =>
  ({ ...refundBase(payment, id), status: 'requested', lookAt: at(100), looks: 0, ...change }) as Refund

/** A refund of one payment in every status. */
export const everyRefund = (payment: string): readonly Refund[] => [
  {
    ...refundBase(payment, `rf_${payment}_1`),
    status: 'requested',
    lookAt: at(100),
    looks: 2,
    idempotencyKey: 'rf_1~2',
    askingEndedAt: at(99),
  },
  {
    ...refundBase(payment, `rf_${payment}_2`),
    status: 'pending',
    lookAt: at(101),
    looks: 0,
    providerId: `re_${payment}_2`,
  },
  {
    ...refundBase(payment, `rf_${payment}_3`),
    status: 'succeeded',
    succeededAt: at(80),
    amount: money(beyondDoubles, 'EUR'),
    providerId: `re_${payment}_3`,
    reason: 'external',
  },
  { ...refundBase(payment, `rf_${payment}_4`), status: 'failed', failedAt: at(81), detail: 'bank said no' },
  { ...refundBase(payment, `rf_${payment}_5`), destination: 'wallet', status: 'succeeded', succeededAt: at(82) },
]
