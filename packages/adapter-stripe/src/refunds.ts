import type { PaymentFailure, PaymentProvider, ProviderAnswer, RefundReport } from '@holdfast/core'
import type Stripe from 'stripe'
import { ask, ofLookUp } from './asking.ts'
import { absentFrom, findMarked } from './listing.ts'
import { reportOfRefund } from './report.ts'
import { refundWire, type RefundWire } from './wire.ts'

type RefundQuery = Parameters<PaymentProvider['findRefund']>[0]
type Answer = ProviderAnswer<RefundReport>

/** How to look at refunds at Stripe. Each is asked for with its PaymentIntent, which says whether the money is real. */
export const refundsAt = (stripe: Stripe, maxPages: number) => {
  const find = async ({ refundId, chargeId, providerId }: RefundQuery): Promise<Answer> => {
    if (providerId !== undefined) {
      const asked = await ask(refundWire, () => stripe.refunds.retrieve(providerId, { expand: ['payment_intent'] }))
      return asked.type === 'got' ? read(asked.body) : ofLookUp(asked)
    }
    const found = await findAll(chargeId)
    if (found.type !== 'found') return found
    const given = await readRefunds(found.objects)
    if (given.type !== 'reported') return given
    const ours = given.report.find((each) => each.refundId === refundId)
    return ours === undefined ? absentFrom(found) : { type: 'reported', report: ours }
  }

  const list = async (chargeId: string): Promise<ProviderAnswer<readonly RefundReport[]>> => {
    const found = await findAll(chargeId)
    return found.type === 'found' ? readRefunds(found.objects) : found
  }

  const findAll = (chargeId: string) =>
    findMarked(
      (paging) => stripe.refunds.list({ payment_intent: chargeId, expand: ['data.payment_intent'], ...paging }),
      () => true,
      maxPages,
    )

  /**
   * "More than is left" may be so because an earlier try made this very refund, under a key that Stripe has forgotten:
   * only a refund that is not there was refused.
   */
  const provenRefusal = async (query: RefundQuery, failure: PaymentFailure): Promise<Answer> => {
    const { refundId, chargeId } = query
    const found = await find({ refundId, chargeId })
    return found.type === 'absent' ? { type: 'refused', failure } : found
  }

  return { find, list, provenRefusal, read }
}

/**
 * Reads refunds as Stripe lists them, newest first; answers them oldest first. `livemode`: of their charge, where they were
 * not asked for with their PaymentIntent.
 */
export const readRefunds = async (
  objects: readonly unknown[],
  livemode?: boolean,
): Promise<ProviderAnswer<readonly RefundReport[]>> => {
  const reports: RefundReport[] = []
  for (const object of objects.toReversed()) {
    const asked = await ask(refundWire, async () => object)
    if (asked.type !== 'got') return ofLookUp(asked)
    const answer = read(asked.body, livemode)
    if (answer.type !== 'reported') return answer
    reports.push(answer.report)
  }
  return { type: 'reported', report: reports }
}

const read = (refund: RefundWire, livemode?: boolean): Extract<Answer, { readonly type: 'reported' | 'unknown' }> => {
  const report = reportOfRefund(refund, livemode)
  return report === undefined
    ? {
        type: 'unknown',
        answered: true,
        inService: true,
        detail: `Refund '${refund.id}' does not say which PaymentIntent it gives back.`,
      }
    : { type: 'reported', report }
}
