import type { PaymentProvider, ProviderAudit, ProviderEventHistory, WebhookVerifier } from '@holdfast/core'
import {
  createStripe,
  stripeAudit,
  stripeEventHistory,
  stripeProvider,
  stripeWebhookVerifier,
  type StripeClientOptions,
} from '@holdfast/adapter-stripe'
import { stripeModule, type StripeServices } from '@holdfast/adapter-stripe/inversify'
import type { ContainerModule } from 'inversify'
import { expectTypeOf } from 'vitest'

expectTypeOf(stripeProvider).returns.toEqualTypeOf<PaymentProvider>()
expectTypeOf(stripeWebhookVerifier).returns.toEqualTypeOf<WebhookVerifier>()
expectTypeOf(createStripe).parameters.toEqualTypeOf<[options: StripeClientOptions]>()
expectTypeOf(stripeModule).returns.toExtend<ContainerModule>()
expectTypeOf<StripeServices>().toEqualTypeOf<{
  readonly paymentProvider: PaymentProvider
  readonly webhookVerifier: WebhookVerifier
  readonly providerAudit: ProviderAudit
  readonly eventHistory: ProviderEventHistory
}>()
expectTypeOf(stripeAudit).returns.toEqualTypeOf<ProviderAudit>()
expectTypeOf(stripeEventHistory).returns.toEqualTypeOf<ProviderEventHistory>()
// @ts-expect-error a verifier without a secret would believe anybody
stripeWebhookVerifier({})
