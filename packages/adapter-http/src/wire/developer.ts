import type { Order, ReadPaymentCase } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { orderFields, orderStatus } from './order.ts'
import { amount, currency, free, id, time, words } from './parts.ts'
import { cancelledPaymentAnswer, paymentStatus, showStanding, showStripe, stripeFields } from './payment.ts'

const byAddress = "the e-mail address, or the owner's id where the host gives no addresses"

/** Whose payments, or which one, to try a cancellation with. */
export const testCancellationQuery = z.strictObject({
  payment_id: id.optional().openapi({ description: 'This one, however it stands.' }),
  user_email: z
    .string()
    .min(1)
    .max(320)
    .optional()
    .openapi({ description: `Those of this owner: ${byAddress}.`, example: 'ana@example.com' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const tried = z.object({
  payment_id: id,
  ...orderFields,
  payment_status: paymentStatus,
  payment_status_display: words,
  order_status_display: words.nullable(),
  amount,
  currency,
  user_email: z.string().openapi({ description: `Its owner: ${byAddress}.`, example: 'ana@example.com' }),
  stripe_session_id: z.string().nullable(),
  created_at: time,
  stripe: stripeFields.pick({ session_status: true, payment_status: true, expires_at: true }),
})

/** Payments to try a cancellation with, and where. */
export const testCancellationAnswer = z
  .object({
    message: words,
    payments: z.array(tried),
    test_endpoints: z.object({ cancel: z.string(), status: z.string(), sync: z.string() }),
  })
  .openapi('TestCancellation')

/** A cancellation with all that it went by. */
export const debugCancelAnswer = z
  .object({
    message: words,
    debug_info: z.object({
      request_user: z.string().openapi({ description: 'Who asked, likewise.', example: 'eva@example.com' }),
      payment_user: z
        .string()
        .openapi({ description: `Whose payment it is: ${byAddress}.`, example: 'ana@example.com' }),
      payment_id: id,
      order_id: id.nullable(),
      initial_payment_status: paymentStatus,
      initial_order_status: orderStatus.nullable(),
      final_payment_status: paymentStatus,
      final_order_status: orderStatus.nullable(),
      cancel_successful: z.boolean(),
      user_authorized: z.boolean(),
      can_cancel: z.boolean().openapi({ description: 'It stood so that it could be cancelled.' }),
    }),
    response: z
      .union([cancelledPaymentAnswer, free])
      .openapi({ type: 'object', description: 'What the cancellation itself answers: as it is, or its problem.' }),
  })
  .openapi('DebugCancel')

/** A payment with its order, and its owner's e-mail address or id. */
export interface TriedPayment {
  readonly kase: ReadPaymentCase
  readonly order: Order | undefined
  readonly userEmail: string
}

/** A payment to try a cancellation with. */
export const showTried = ({ kase, order, userEmail }: TriedPayment, catalogue: Catalogue): z.infer<typeof tried> => {
  const { session_id, session_status, payment_status, expires_at } = showStripe(kase)
  return {
    ...showStanding(kase.payment, order, catalogue),
    user_email: userEmail,
    stripe_session_id: session_id,
    stripe: { session_status, payment_status, expires_at },
  }
}
