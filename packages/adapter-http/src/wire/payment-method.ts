import type { PaymentMethod } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import { words } from './parts.ts'

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
