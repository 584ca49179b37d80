import type { ChargedCard, PaymentMethod } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { id, words } from './parts.ts'
import { paidFields, showPaid } from './payment.ts'

/** Which card, as a caller names it. */
export const savedCardId = id.openapi({ description: "One of the caller's own, as `GET /payment-methods/` has it." })

/** A card that its owner has let Stripe keep. */
export const paymentMethod = z
  .object({
    payment_method_id: z.string(),
    type: z.literal('card'),
    brand: z.string().openapi({ example: 'visa' }),
    last4: z.string().openapi({ example: '4242' }),
    expires: z
      .object({ month: z.int(), year: z.int() })
      .openapi({ description: 'It can be charged until the end of this month.' }),
  })
  .openapi('PaymentMethod')

/** An owner's cards, newest first. */
export const paymentMethodsAnswer = z.object({ payment_methods: z.array(paymentMethod) }).openapi('PaymentMethods')

/** A card that was removed. */
export const removedPaymentMethodAnswer = z
  .object({ status: z.literal('removed'), payment_method_id: z.string(), message: words })
  .openapi('RemovedPaymentMethod')

/** A card. */
export const showPaymentMethod = ({
  id,
  brand,
  last4,
  expiryMonth: month,
  expiryYear: year,
}: PaymentMethod): z.infer<typeof paymentMethod> => ({
  payment_method_id: id,
  type: 'card',
  brand,
  last4,
  expires: { month, year },
})

/** With which of their saved cards an owner pays. */
export const payWithSavedCardBody = z.strictObject({ payment_method_id: savedCardId }).openapi('PayWithSavedCard')

/** A payment that a saved card has paid. */
export const paidWithSavedCardAnswer = z.object({ ...paidFields, message: words }).openapi('PaidWithSavedCard')

/** A payment whose card is still being charged: where to look for it. */
export const chargingSavedCardAnswer = z
  .object({ status: z.literal('pending'), payment_id: id, message: words })
  .openapi('ChargingSavedCard')

/** A payment that a saved card has paid. */
export const showPaidWithSavedCard = (
  { payment }: Extract<ChargedCard, { readonly type: 'paid' }>,
  { messages }: Catalogue,
): z.infer<typeof paidWithSavedCardAnswer> => ({
  ...showPaid(payment),
  message: messages.paid_with_saved_card,
})

/** Word that a card is being charged. */
export const showChargingSavedCard = (
  { paymentId }: Extract<ChargedCard, { readonly type: 'pending' }>,
  { messages }: Catalogue,
): z.infer<typeof chargingSavedCardAnswer> => ({
  status: 'pending',
  payment_id: paymentId,
  message: messages.payment_pending,
})
