import type { ChargeReport, DisputeReport, PaymentProvider, ProviderAnswer } from '@holdfast/core'
import type Stripe from 'stripe'
import { fromStripeAmount } from './amount.ts'
import { ask, ofLookUp } from './asking.ts'
import { findMarked } from './listing.ts'
import { readRefunds, type refundsAt } from './refunds.ts'
import { stateOfDispute } from './report.ts'
import { chargeWire, disputeWire } from './wire.ts'

/**
 * How to see what has become of a charge: one request for the PaymentIntent with its charge and its newest ten refunds,
 * one more where there are older ones, and one where it has been disputed.
 */
export const chargesAt = (stripe: Stripe, refunds: ReturnType<typeof refundsAt>, maxPages: number) => {
  const find = async ({
    chargeId,
    hasDisputes,
  }: Parameters<PaymentProvider['findCharge']>[0]): Promise<ProviderAnswer<ChargeReport>> => {
    const asked = await ask(chargeWire, () =>
      stripe.paymentIntents.retrieve(chargeId, { expand: ['latest_charge.refunds'] }),
    )
    if (asked.type !== 'got') return ofLookUp(asked)
    const { livemode, latest_charge: charge } = asked.body
    if (charge === null) return { type: 'absent' }
    const { data, has_more: hasMore } = charge.refunds
    const given = hasMore ? await refunds.list(chargeId) : await readRefunds(data, livemode)
    if (given.type !== 'reported') return given
    const disputes = charge.disputed || hasDisputes ? await listDisputes(chargeId) : none
    if (disputes.type !== 'reported') return disputes
    return { type: 'reported', report: { refunds: given.report, disputes: disputes.report, livemode } }
  }

  /** Oldest first. */
  const listDisputes = async (chargeId: string): Promise<ProviderAnswer<readonly DisputeReport[]>> => {
    const found = await findMarked(
      (paging) => stripe.disputes.list({ payment_intent: chargeId, ...paging }),
      () => true,
      maxPages,
    )
    if (found.type !== 'found') return found
    const reports: DisputeReport[] = []
    for (const object of found.objects.toReversed()) {
      const asked = await ask(disputeWire, async () => object)
      if (asked.type !== 'got') return ofLookUp(asked)
      const { id: disputeId, status, amount, currency } = asked.body
      const state = stateOfDispute(status)
      if (state !== undefined) reports.push({ disputeId, state, amount: fromStripeAmount(amount, currency) })
    }
    return { type: 'reported', report: reports }
  }

  return { find }
}

const none: ProviderAnswer<readonly DisputeReport[]> = { type: 'reported', report: [] }
