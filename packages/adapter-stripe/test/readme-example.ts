import { systemClock } from '@holdfast/core/system'
import { createStripe, stripeProvider, stripeWebhookVerifier } from '@holdfast/adapter-stripe'

const stripe = createStripe({ apiKey: process.env['STRIPE_SECRET_KEY'] ?? 'sk_test_example' })
export const paymentProvider = stripeProvider({ stripe, clock: systemClock() })
export const webhookVerifier = stripeWebhookVerifier({
  secrets: [process.env['STRIPE_WEBHOOK_SECRET'] ?? 'whsec_example'],
})
