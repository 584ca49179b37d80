export { createStripe, type StripeClientOptions } from './client.ts'
export { stripeProvider, type StripeProviderOptions } from './provider.ts'
export { stripeWebhookVerifier, type StripeWebhookOptions } from './webhook.ts'
