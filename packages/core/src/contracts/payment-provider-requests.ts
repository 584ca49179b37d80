import type { AttemptId, OwnerId, PaymentId, RefundId } from '../kernel/ids.ts'
import { after, hour, type Instant } from '../kernel/instant.ts'
import { money } from '../kernel/money.ts'
import type { DeclinedTry } from '../payment/page-decline.ts'
import type { SavedCard } from '../payment/payment.ts'
import type {
  AttemptReport,
  ChargeRequest,
  PaymentProvider,
  ProviderAnswer,
  RefundReport,
  RefundRequest,
  SessionRequest,
} from '../ports/payment-provider.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'

const attemptId = 'att_1' as AttemptId

/** A page for 25.00 EUR that is open for two hours. */
export const sessionRequest = (now: Instant, more: Partial<SessionRequest> = {}): SessionRequest => ({
  attemptId,
  paymentId: 'pay_1' as PaymentId,
  idempotencyKey: 'key_1',
  amount: money(25_00, 'EUR'),
  item: { name: 'Second payment · Casa Azul', description: 'Booking #7 — 1 May → 8 May' },
  purpose: 'balance',
  owner: 'ana' as OwnerId,
  metadata: { booking_id: '7' },
  saveCard: false,
  successUrl: 'https://shop.example/paid',
  cancelUrl: 'https://shop.example/back',
  expiresAt: after(now, 2 * hour),
  ...more,
})

/** A charge of 25.00 EUR to a saved card. */
export const chargeRequest = (card: SavedCard): ChargeRequest => ({
  attemptId,
  paymentId: 'pay_1' as PaymentId,
  idempotencyKey: 'key_charge',
  amount: money(25_00, 'EUR'),
  item: { name: 'Second payment · Casa Azul', description: 'Booking #7' },
  purpose: 'balance',
  metadata: { booking_id: '7' },
  card,
})

/** A refund of 10.00 EUR, whose key follows from its id. */
export const refundRequest = (chargeId: string, id = 'rf_1'): RefundRequest => ({
  refundId: id as RefundId,
  paymentId: 'pay_1' as PaymentId,
  idempotencyKey: `key_${id}`,
  chargeId,
  amount: money(10_00, 'EUR'),
  reason: 'requested_by_customer',
})

/** The query for the page of {@link sessionRequest}, by our own id. */
export const hosted = (requestedAt: Instant) => ({ kind: 'hosted', attemptId, requestedAt }) as const

/** The query for the charge of {@link chargeRequest}, by our own id. */
export const offSession = (requestedAt: Instant) => ({ kind: 'off_session', attemptId, requestedAt }) as const

/** Opens a page and answers the provider's id of it. */
export const openPage = async (provider: PaymentProvider, now: Instant, id: AttemptId = attemptId): Promise<string> =>
  reportOf(await provider.openSession(sessionRequest(now, { attemptId: id, idempotencyKey: `key_${id}` })))
    .providerId ?? ''

/** Opens a page, pays it and answers the id of its charge. */
export const paidPage = async (
  { provider, payer }: Pick<PaymentProviderFixture, 'provider' | 'payer'>,
  now: Instant,
): Promise<string> => {
  const providerId = await openPage(provider, now)
  await payer.pay(providerId)
  return captured(await provider.findAttempt({ ...hosted(now), providerId })).charge.id
}

/** The report in an answer. @throws Error for any other answer. */
export const reportOf = <Report extends AttemptReport | RefundReport>(answer: ProviderAnswer<Report>): Report => {
  if (answer.type !== 'reported') throw new Error(`Expected a report, got ${JSON.stringify(answer)}.`)
  return answer.report
}

/** The money in an answer. @throws Error for an answer that reports none. */
export const captured = (answer: ProviderAnswer<AttemptReport>) => {
  const { state } = reportOf(answer)
  if (state.type !== 'captured') throw new Error(`Expected captured, got ${JSON.stringify(state)}.`)
  return state
}

/** The try that an answer about an open or ended page says was declined on it last, if any was. */
export const triedOn = (answer: ProviderAnswer<AttemptReport>): DeclinedTry | undefined => {
  const { state } = reportOf(answer)
  return state.type === 'opened' || state.type === 'expired' ? state.declined : undefined
}
