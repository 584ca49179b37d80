import type { Holdfast, PaymentProvider, ProviderAudit, ProviderEventHistory, UnitOfWork } from '@holdfast/core'
import { ContainerModule } from 'inversify'

/** Makes of something the same that is watched. */
export type Decorate<Service> = (service: Service) => Service

/** What is done to each service as it is made, the first first. */
export interface Decorations {
  readonly unitOfWork?: readonly Decorate<UnitOfWork>[]
  readonly paymentProvider?: readonly Decorate<PaymentProvider>[]
  readonly eventHistory?: readonly Decorate<ProviderEventHistory>[]
  readonly providerAudit?: readonly Decorate<ProviderAudit>[]
  readonly holdfast?: readonly Decorate<Holdfast>[]
}

/**
 * Decorates what other modules bind: whoever asks the container for the service gets the decorated one. To be loaded before
 * anything is asked for.
 */
export const observabilityModule = ({
  unitOfWork,
  paymentProvider,
  eventHistory,
  providerAudit,
  holdfast,
}: Decorations): ContainerModule =>
  new ContainerModule(({ onActivation }) => {
    const decorate = <Service>(name: string, decorations: readonly Decorate<Service>[] = []): void => {
      for (const each of decorations) onActivation<Service>(name, (_context, service) => each(service))
    }
    decorate('unitOfWork', unitOfWork)
    decorate('paymentProvider', paymentProvider)
    decorate('eventHistory', eventHistory)
    decorate('providerAudit', providerAudit)
    decorate('holdfast', holdfast)
  })
