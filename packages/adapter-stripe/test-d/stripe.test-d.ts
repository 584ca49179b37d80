import type { PaymentProvider, ProviderAudit, WebhookVerifier } from '@holdfast/core'
import {
  createStripe,
  stripeAudit,
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
}>()
expectTypeOf(stripeAudit).returns.toEqualTypeOf<ProviderAudit>()
// @ts-expect-error a verifier without a secret would believe anybody
stripeWebhookVerifier({})
