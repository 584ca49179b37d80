import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { flag, hash, inert, text } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { refusedByState } from '../wire/stripe-error.ts'
import { recordBalanceChange } from './balance-transactions.ts'
import { differences } from './customers.ts'
import { getObject, idOf } from './references.ts'
import { getCard } from './test-cards.ts'

const textEvidence = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const

const evidenceShape = Object.fromEntries(textEvidence.map((name) => [name, text({ maxLength: 20_000 })]))

/** The calls on disputes. They are opened by test cards, or by the simulator's own control call. */
export const disputeRoutes: readonly Route[] = [
  route('GET', '/v1/disputes/{id}', {}, (world, _, { id = '' }) => getObject(world, 'dispute', id)),
  route(
    'GET',
    '/v1/disputes',
    { ...paging, charge: text(), created: createdFilter(), payment_intent: text() },
    (world, params) =>
      listObjects(world, {
        table: 'dispute',
        url: '/v1/disputes',
        params,
        where: (dispute) =>
          (params.charge === undefined || idOf(dispute.charge) === params.charge) &&
          (params.payment_intent === undefined || idOf(dispute.payment_intent) === params.payment_intent),
      }),
  ),
  route(
    'POST',
    '/v1/disputes/{id}',
    {
      evidence: hash({ ...evidenceShape, appeal: inert(), enhanced_evidence: inert() }),
      intended_submission_method: inert(),
      metadata: metadata(),
      submit: flag(),
    },
    (world, { evidence, metadata: change, submit }, { id = '' }) => {
      const before = getObject(world, 'dispute', id)
      if (isClosed(before)) throw refusedByState(`This dispute is already closed: it has a status of ${before.status}.`)
      const given = Object.entries(evidence ?? {}).filter(([, value]) => typeof value === 'string')
      const submits = given.length > 0 && submit !== false
      const after = world.put('dispute', id, {
        ...before,
        evidence: { ...before.evidence, ...Object.fromEntries(given) },
        evidence_details: {
          ...before.evidence_details,
          has_evidence: before.evidence_details.has_evidence || given.length > 0,
          submission_count: before.evidence_details.submission_count + (submits ? 1 : 0),
        },
        metadata: mergeMetadata(before.metadata, change),
        status: submits ? (isInquiry(before) ? 'warning_under_review' : 'under_review') : before.status,
      })
      emit(world, 'charge.dispute.updated', after, differences(before, after))
      return submits ? decideOnEvidence(world, after) : after
    },
  ),
  route('POST', '/v1/disputes/{id}/close', {}, (world, _, { id = '' }) => {
    const dispute = getObject(world, 'dispute', id)
    if (isClosed(dispute)) throw refusedByState(`This dispute is already closed: it has a status of ${dispute.status}.`)
    return closeDispute(world, dispute, 'lost')
  }),
]

/** How a dispute can be made to end. */
export const disputeOutcomes = ['won', 'lost'] as const

/** One of {@link disputeOutcomes}. */
export type DisputeOutcome = (typeof disputeOutcomes)[number]

/**
 * The cardholder's bank takes a payment back, or the `amount` of it that is disputed: so much leaves the account.
 *
 * An inquiry (`inquiry`) is only a question so far: no money moves. Refuses a charge that is disputed already, and more than it
 * captured.
 */
export const openDispute = (
  world: World,
  charge: Stripe.Charge,
  {
    reason = 'fraudulent',
    inquiry = false,
    amount = charge.amount_captured,
  }: { readonly reason?: string; readonly inquiry?: boolean; readonly amount?: number } = {},
): Stripe.Dispute => {
  if (charge.status !== 'succeeded' || !charge.captured)
    throw refusedByState(`Charge ${charge.id} has no money to dispute.`)
  if (charge.disputed) throw refusedByState(`Charge ${charge.id} is already disputed.`, { code: 'charge_disputed' })
  if (amount > charge.amount_captured)
    throw refusedByState(
      `Charge ${charge.id} captured ${charge.amount_captured}, of which ${amount} cannot be disputed.`,
    )
  const id = world.newId('dp')
  const dispute: Stripe.Dispute = {
    id,
    object: 'dispute',
    amount,
    balance_transactions: inquiry ? [] : [moveFunds(world, id, -amount, charge.currency, disputeFee)],
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {
      ...(Object.fromEntries(textEvidence.map((name) => [name, null])) as unknown as Stripe.Dispute.Evidence),
      enhanced_evidence: {},
    },
    evidence_details: {
      due_by: world.now() + 7 * 24 * 60 * 60,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: charge.livemode,
    metadata: {},
    network_reason_code: '10',
    payment_intent: idOf(charge.payment_intent),
    payment_method_details: {
      type: 'card',
      card: {
        brand: charge.payment_method_details?.card?.brand ?? 'visa',
        case_type: inquiry ? 'inquiry' : 'chargeback',
        network: 'visa',
        network_reason_code: '10',
      },
    } as Stripe.Dispute.PaymentMethodDetails,
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  }
  world.put('dispute', id, dispute)
  world.put('charge', charge.id, { ...charge, disputed: !inquiry })
  emit(world, 'charge.dispute.created', dispute)
  if (!inquiry) emit(world, 'charge.dispute.funds_withdrawn', dispute)
  return dispute
}

/** Ends a dispute. Won, the money comes back; lost, it stays away. */
export const closeDispute = (world: World, dispute: Stripe.Dispute, outcome: DisputeOutcome): Stripe.Dispute => {
  const inquiry = isInquiry(dispute)
  const back = outcome === 'won' && !inquiry ? [moveFunds(world, dispute.id, dispute.amount, dispute.currency, 0)] : []
  const closed = world.put('dispute', dispute.id, {
    ...dispute,
    balance_transactions: [...dispute.balance_transactions, ...back],
    evidence_details: { ...dispute.evidence_details, due_by: null },
    status: inquiry ? 'warning_closed' : outcome,
  })
  emit(world, 'charge.dispute.closed', closed)
  if (back.length > 0) emit(world, 'charge.dispute.funds_reinstated', closed)
  return closed
}

/** Opens the dispute that some test cards bring. */
export const disputeByItself = (world: World, intentId: string): void => {
  const charge = world.find('charge', idOf(world.find('payment_intent', intentId)?.latest_charge) ?? '')
  const source = world.find('instrument', charge?.payment_method ?? '')?.source
  if (charge === undefined || source?.type !== 'card' || charge.disputed) return
  const { aftermath } = getCard(source.number)
  openDispute(world, charge, {
    reason: aftermath === 'dispute_not_received' ? 'product_not_received' : 'fraudulent',
    inquiry: aftermath === 'inquiry',
  })
}

/** True once a dispute has ended. */
export const isClosed = ({ status }: Stripe.Dispute): boolean =>
  ['won', 'lost', 'warning_closed', 'prevented'].includes(status)

/** True for a charge that a bank asks for back, or a part of it: nothing of it can be refunded. */
export const isHeld = (world: World, charge: Stripe.Charge): boolean =>
  disputesOf(world, charge).some((dispute) => !isClosed(dispute) && !isInquiry(dispute))

/** How much of a charge was lost to its bank. */
export const lostBy = (world: World, charge: Stripe.Charge): number =>
  disputesOf(world, charge)
    .filter(({ status }) => status === 'lost')
    .reduce((sum, { amount }) => sum + amount, 0)

const disputesOf = (world: World, { id }: Stripe.Charge): readonly Stripe.Dispute[] =>
  [...world.rows('dispute')].filter((dispute) => idOf(dispute.charge) === id)

const isInquiry = ({ status }: Stripe.Dispute): boolean => status.startsWith('warning_')

// Charged when a dispute is received and not given back, in cents of the account's currency.
const disputeFee = 1500

// Stripe's own magic words for test disputes.
const decideOnEvidence = (world: World, dispute: Stripe.Dispute): Stripe.Dispute => {
  const word = dispute.evidence.uncategorized_text
  return word === 'winning_evidence'
    ? closeDispute(world, dispute, 'won')
    : word === 'losing_evidence'
      ? closeDispute(world, dispute, 'lost')
      : dispute
}

const moveFunds = (
  world: World,
  dispute: string,
  amount: number,
  currency: string,
  fee: number,
): Stripe.BalanceTransaction =>
  recordBalanceChange(world, {
    type: 'adjustment',
    amount,
    fee,
    currency,
    source: dispute,
    description: amount < 0 ? 'Chargeback withdrawal' : 'Chargeback reversal',
  })
