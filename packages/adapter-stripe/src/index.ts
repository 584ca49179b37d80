export { createStripe, type StripeClientOptions } from './client.ts'
export { stripeAudit, type StripeAuditOptions } from './provider-audit.ts'
export { stripeProvider, type StripeProviderOptions } from './provider.ts'
export { stripeWebhookVerifier, type StripeWebhookOptions } from './webhook.ts'
