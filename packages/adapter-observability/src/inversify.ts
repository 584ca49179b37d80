import type { Holdfast, PaymentProvider, UnitOfWork } from '@holdfast/core'
import { ContainerModule } from 'inversify'

/** Makes of something the same that is watched. */
export type Decorate<Service> = (service: Service) => Service

/** What is done to each service as it is made, the first first. */
export interface Decorations {
  readonly unitOfWork?: readonly Decorate<UnitOfWork>[]
  readonly paymentProvider?: readonly Decorate<PaymentProvider>[]
  readonly holdfast?: readonly Decorate<Holdfast>[]
}

/**
 * Decorates what other modules bind: whoever asks the container for the service gets the decorated one. To be loaded before
 * anything is asked for.
 */
export const observabilityModule = ({ unitOfWork, paymentProvider, holdfast }: Decorations): ContainerModule =>
  new ContainerModule(({ onActivation }) => {
    const decorate = <Service>(name: string, decorations: readonly Decorate<Service>[] = []): void => {
      for (const each of decorations) onActivation<Service>(name, (_context, service) => each(service))
    }
    decorate('unitOfWork', unitOfWork)
    decorate('paymentProvider', paymentProvider)
    decorate('holdfast', holdfast)
  })
