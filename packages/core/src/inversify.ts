import { ContainerModule } from 'inversify'
import { createHoldfast, type Holdfast } from './holdfast.ts'
import { silentLogger, type Logger } from './ports/logger.ts'
import type { Dependencies } from './use-cases/dependencies.ts'

/** Every service by name, as the containers of all packages know it. */
export interface Services extends Dependencies {
  readonly holdfast: Holdfast
}

const needed = [
  'unitOfWork',
  'paymentProvider',
  'clock',
  'ids',
  'notifier',
  'returnUrls',
  'fulfilmentKinds',
  'settings',
  'logger',
] as const satisfies readonly (keyof Dependencies)[]

/**
 * Binds `holdfast`, and a silent `logger` unless `logger` is given. The rest of {@link Dependencies} is bound by the
 * adapters' modules and by the host: `unitOfWork` (adapter-sql), `paymentProvider` (adapter-stripe), `clock`, `ids`,
 * `notifier`, `returnUrls`, `fulfilmentKinds`, `settings`, by a shop its `shopCatalogue`, and by whoever wants them an
 * `eventHistory` (adapter-stripe), a `circuitBreaker` and a `paymentMethodCache`.
 */
export const coreModule = ({ logger = silentLogger }: { readonly logger?: Logger } = {}): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind<Logger>('logger').toConstantValue(logger)
    bind<Holdfast>('holdfast')
      .toResolvedValue(
        (
          unitOfWork: Dependencies['unitOfWork'],
          paymentProvider: Dependencies['paymentProvider'],
          clock: Dependencies['clock'],
          ids: Dependencies['ids'],
          notifier: Dependencies['notifier'],
          returnUrls: Dependencies['returnUrls'],
          fulfilmentKinds: Dependencies['fulfilmentKinds'],
          settings: Dependencies['settings'],
          bound: Dependencies['logger'],
          shopCatalogue: Dependencies['shopCatalogue'],
          circuitBreaker: Dependencies['circuitBreaker'],
          paymentMethodCache: Dependencies['paymentMethodCache'],
          eventHistory: Dependencies['eventHistory'],
        ) =>
          createHoldfast({
            unitOfWork,
            paymentProvider,
            clock,
            ids,
            notifier,
            returnUrls,
            fulfilmentKinds,
            settings,
            logger: bound,
            ...(shopCatalogue === undefined ? {} : { shopCatalogue }),
            ...(circuitBreaker === undefined ? {} : { circuitBreaker }),
            ...(paymentMethodCache === undefined ? {} : { paymentMethodCache }),
            ...(eventHistory === undefined ? {} : { eventHistory }),
          }),
        [
          ...needed,
          { optional: true, serviceIdentifier: 'shopCatalogue' },
          { optional: true, serviceIdentifier: 'circuitBreaker' },
          { optional: true, serviceIdentifier: 'paymentMethodCache' },
          { optional: true, serviceIdentifier: 'eventHistory' },
        ],
      )
      .inSingletonScope()
  })
