import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import { schedule, unschedule } from '../engine/timers.ts'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { inert, integer, oneOf, text, unmodelled } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { invalidParameter, refusedByState } from '../wire/stripe-error.ts'
import { recordBalanceChange } from './balance-transactions.ts'
import { checkDecimals, formatAmount } from './currencies.ts'
import { differences } from './customers.ts'
import { isHeld, lostBy } from './disputes.ts'
import { getObject, idOf } from './references.ts'
import { getCard } from './test-cards.ts'

/** The timer that ends a refund whose outcome comes later. */
export const refundTimer = 'settle_refund'

/** The calls on refunds. */
export const refundRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/refunds',
    {
      amount: integer({ min: 1 }),
      charge: text(),
      currency: inert(),
      customer: unmodelled(),
      instructions_email: inert(),
      metadata: metadata(),
      origin: unmodelled(),
      payment_intent: text(),
      reason: oneOf(['duplicate', 'fraudulent', 'requested_by_customer']),
      refund_application_fee: inert(),
      reverse_transfer: inert(),
    },
    (world, params) => {
      const charge = chargeToRefund(world, params.charge, params.payment_intent)
      return createRefund(world, charge, {
        amount: params.amount,
        reason: params.reason ?? null,
        metadata: mergeMetadata({}, params.metadata),
      })
    },
  ),
  route('GET', '/v1/refunds/{id}', {}, (world, _, { id = '' }) => getObject(world, 'refund', id)),
  route(
    'GET',
    '/v1/refunds',
    { ...paging, charge: text(), created: createdFilter(), payment_intent: text() },
    (world, params) =>
      listObjects(world, {
        table: 'refund',
        url: '/v1/refunds',
        params,
        where: (refund) =>
          (params.charge === undefined || idOf(refund.charge) === params.charge) &&
          (params.payment_intent === undefined || idOf(refund.payment_intent) === params.payment_intent),
      }),
  ),
  route('POST', '/v1/refunds/{id}', { metadata: metadata() }, (world, { metadata: change }, { id = '' }) => {
    const before = getObject(world, 'refund', id)
    const after = { ...before, metadata: mergeMetadata(before.metadata, change) }
    emit(world, 'refund.updated', world.put('refund', id, after), differences(before, after))
    return after
  }),
  route('POST', '/v1/refunds/{id}/cancel', {}, (world, _, { id = '' }) => {
    getObject(world, 'refund', id)
    throw refusedByState('Canceling this refund is unsupported.')
  }),
]

/**
 * Sends money back.
 *
 * Refuses, first match wins: a charge that is disputed, or of which a dispute has taken all that was not refunded
 * (`charge_disputed`), one fully refunded (`charge_already_refunded`), more than is left (no code, param `amount`).
 */
export const createRefund = (
  world: World,
  charge: Stripe.Charge,
  {
    amount,
    reason,
    metadata: given,
  }: {
    readonly amount: number | undefined
    readonly reason: Stripe.Refund.Reason | null
    readonly metadata: Stripe.Metadata
  },
): Stripe.Refund => {
  const unrefunded = charge.amount_captured - charge.amount_refunded
  const left = unrefunded - lostBy(world, charge)
  if (isHeld(world, charge) || (left <= 0 && unrefunded > 0))
    throw refusedByState(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    })
  if (left <= 0)
    throw refusedByState(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' })
  const asked = amount ?? left
  checkDecimals(asked, charge.currency, 'amount')
  if (asked > left) {
    throw refusedByState(
      `Refund amount (${formatAmount(asked, charge.currency)}) is greater than unrefunded amount on charge ` +
        `(${formatAmount(left, charge.currency)})`,
      { param: 'amount' },
    )
  }
  const later = aftermathOf(world, charge)
  const id = world.newId('re')
  const balance = recordBalanceChange(world, {
    type: 'refund',
    amount: -asked,
    fee: 0,
    currency: charge.currency,
    source: id,
    description: `REFUND FOR CHARGE`,
  })
  const refund = world.put('refund', id, {
    id,
    object: 'refund',
    amount: asked,
    balance_transaction: balance.id,
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    customer: idOf(charge.customer),
    customer_account: null,
    destination_details: destination(charge),
    metadata: given,
    payment_intent: idOf(charge.payment_intent),
    payment_method: charge.payment_method,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: later === 'pending' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  } satisfies Stripe.Refund)
  if (later !== 'none') schedule(world, refundTimer, id, world.nowMs() + oneDayMs)
  const refunded = charge.amount_refunded + asked
  const after = world.put('charge', charge.id, {
    ...charge,
    amount_refunded: refunded,
    refunded: refunded === charge.amount,
  })
  emit(world, 'refund.created', refund)
  emit(world, 'charge.refunded', after, {
    amount_refunded: charge.amount_refunded,
    ...(after.refunded && { refunded: false }),
  })
  return refund
}

/** Ends a refund whose outcome was still to come. */
export const settleRefundByItself = (world: World, id: string): void => {
  const refund = world.find('refund', id)
  const charge = world.find('charge', idOf(refund?.charge) ?? '')
  if (refund === undefined || charge === undefined) return
  setRefundStatus(world, refund, aftermathOf(world, charge) === 'fails' ? 'failed' : 'succeeded')
}

/**
 * Gives a refund another status, as the bank may: pending ones succeed or fail, and a succeeded one may still fail
 * or be
 * put back to pending. When it fails or is cancelled the money is back on the account and the charge counts it no more.
 */
export const setRefundStatus = (world: World, refund: Stripe.Refund, status: RefundStatus): Stripe.Refund => {
  if (refund.status === status) return refund
  if (refund.status === 'failed' || refund.status === 'canceled') {
    throw refusedByState(`This refund has a status of ${refund.status}, which is final.`)
  }
  unschedule(world, refundTimer, refund.id)
  const gone = status === 'failed' || status === 'canceled'
  const after: Stripe.Refund = gone ? { ...refund, status, ...giveBack(world, refund) } : { ...refund, status }
  world.put('refund', refund.id, after)
  emit(world, 'refund.updated', after, differences(refund, after))
  if (status === 'failed') emit(world, 'refund.failed', after)
  return after
}

/** The statuses a refund can be given by hand. */
export const refundStatuses = ['pending', 'succeeded', 'failed', 'canceled'] as const

/** One of {@link refundStatuses}. */
export type RefundStatus = (typeof refundStatuses)[number]

const oneDayMs = 24 * 60 * 60 * 1000

const giveBack = (
  world: World,
  refund: Stripe.Refund,
): { readonly failure_reason: string; readonly failure_balance_transaction: string } => {
  const charge = getObject(world, 'charge', idOf(refund.charge) ?? '')
  const after = { ...charge, amount_refunded: charge.amount_refunded - refund.amount, refunded: false }
  world.put('charge', charge.id, after)
  const balance = recordBalanceChange(world, {
    type: 'refund_failure',
    amount: refund.amount,
    fee: 0,
    currency: refund.currency,
    source: refund.id,
    description: 'REFUND FAILURE',
  })
  emit(world, 'charge.updated', after, differences(charge, after))
  return { failure_reason: 'lost_or_stolen_card', failure_balance_transaction: balance.id }
}

const chargeToRefund = (world: World, charge: string | undefined, intent: string | undefined): Stripe.Charge => {
  if (charge !== undefined) return refundable(getObject(world, 'charge', charge, 'charge'))
  if (intent === undefined) {
    throw invalidParameter(
      undefined,
      'One of the following params should be provided for this request: payment_intent or charge.',
      'parameter_missing',
    )
  }
  const { latest_charge } = getObject(world, 'payment_intent', intent, 'payment_intent')
  const latest = world.find('charge', idOf(latest_charge) ?? '')
  if (latest === undefined || latest.status !== 'succeeded') {
    throw refusedByState(`This PaymentIntent (${intent}) does not have a successful charge to refund.`)
  }
  return refundable(latest)
}

const refundable = (charge: Stripe.Charge): Stripe.Charge => {
  if (charge.status !== 'succeeded')
    throw refusedByState(`Charge ${charge.id} has a status of ${charge.status} and cannot be refunded.`)
  if (!charge.captured) {
    throw refusedByState(
      `This charge (${charge.id}) has not been captured. To let the authorization go, cancel its PaymentIntent.`,
      { code: 'charge_not_captured' },
    )
  }
  return charge
}

const aftermathOf = (world: World, charge: Stripe.Charge): 'none' | 'pending' | 'fails' => {
  const source = world.find('instrument', charge.payment_method ?? '')?.source
  if (source?.type === 'bank_debit') return 'pending'
  const aftermath = source === undefined ? 'none' : getCard(source.number).aftermath
  return aftermath === 'refund_pending' ? 'pending' : aftermath === 'refund_fails' ? 'fails' : 'none'
}

const destination = (charge: Stripe.Charge): Stripe.Refund.DestinationDetails =>
  charge.payment_method_details?.type === 'card'
    ? {
        type: 'card',
        card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      }
    : { type: 'us_bank_transfer', us_bank_transfer: { reference: null, reference_status: 'pending' } }
