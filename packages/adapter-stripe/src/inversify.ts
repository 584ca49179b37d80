import type { PaymentProvider, ProviderAudit, ProviderEventHistory, WebhookVerifier } from '@holdfast/core'
import { systemClock } from '@holdfast/core/system'
import { ContainerModule } from 'inversify'
import { createStripe, type StripeClientOptions } from './client.ts'
import { stripeEventHistory } from './event-history.ts'
import { stripeAudit } from './provider-audit.ts'
import { stripeProvider, type StripeProviderOptions } from './provider.ts'
import { stripeWebhookVerifier, type StripeWebhookOptions } from './webhook.ts'

/** What {@link stripeModule} needs: the client's options, the webhooks', and a clock. */
export interface StripeModuleOptions extends StripeClientOptions, Pick<StripeProviderOptions, 'lookUpPages'> {
  readonly webhooks: StripeWebhookOptions
  /** Default: the clock on the wall. */
  readonly clock?: StripeProviderOptions['clock']
}

/** What {@link stripeModule} binds, by name. */
export interface StripeServices {
  readonly paymentProvider: PaymentProvider
  readonly webhookVerifier: WebhookVerifier
  /** For `reconcile`. */
  readonly providerAudit: ProviderAudit
  /** For the sweep, which finds in it what was never delivered. */
  readonly eventHistory: ProviderEventHistory
}

/**
 * Binds Stripe as `paymentProvider`, `webhookVerifier`, `providerAudit` and `eventHistory`, one of each.
 *
 * All are made at once, so that wrong options stop the start of the server and not its first payment.
 *
 * @throws RangeError as {@link createStripe} and {@link stripeWebhookVerifier} do.
 */
export const stripeModule = ({
  webhooks,
  clock = systemClock(),
  lookUpPages,
  ...client
}: StripeModuleOptions): ContainerModule => {
  const stripe = createStripe(client)
  const provider = stripeProvider({
    stripe,
    clock,
    ...(lookUpPages === undefined ? {} : { lookUpPages }),
  })
  const verifier = stripeWebhookVerifier(webhooks)
  return new ContainerModule(({ bind }) => {
    bind<PaymentProvider>('paymentProvider').toConstantValue(provider)
    bind<WebhookVerifier>('webhookVerifier').toConstantValue(verifier)
    bind<ProviderAudit>('providerAudit').toConstantValue(stripeAudit({ stripe }))
    bind<ProviderEventHistory>('eventHistory').toConstantValue(stripeEventHistory({ stripe }))
  })
}
