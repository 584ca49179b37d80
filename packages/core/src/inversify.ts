import { ContainerModule } from 'inversify'
import { guardedAudited, type Audited } from './circuit-breaker/guard.ts'
import { createHoldfast, type Holdfast } from './holdfast.ts'
import { silentLogger, type Logger } from './ports/logger.ts'
import type { ProviderAudit } from './ports/provider-audit.ts'
import type { Dependencies } from './use-cases/dependencies.ts'

/** Every service by name, as the containers of all packages know it. */
export interface Services extends Dependencies {
  readonly holdfast: Holdfast
  /** For `reconcile`. Where it is asked for, a `providerAudit` has to be bound. */
  readonly audited: Audited
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
 * Binds `holdfast`, `audited` for `reconcile` (of the `providerAudit` that adapter-stripe binds), and a silent `logger` unless `logger` is given. The rest of {@link Dependencies} is bound by the
 * adapters' modules and by the host: `unitOfWork` (adapter-sql), `paymentProvider` (adapter-stripe), `clock`, `ids`,
 * `notifier`, `returnUrls`, `fulfilmentKinds`, `settings`, by a shop its `shopCatalogue`, and by whoever wants them an
 * `eventHistory` (adapter-stripe), a `circuitBreaker`, a `paymentMethodCache` and an `aroundWork`.
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
          aroundWork: Dependencies['aroundWork'],
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
            ...(aroundWork === undefined ? {} : { aroundWork }),
          }),
        [
          ...needed,
          { optional: true, serviceIdentifier: 'shopCatalogue' },
          { optional: true, serviceIdentifier: 'circuitBreaker' },
          { optional: true, serviceIdentifier: 'paymentMethodCache' },
          { optional: true, serviceIdentifier: 'eventHistory' },
          { optional: true, serviceIdentifier: 'aroundWork' },
        ],
      )
      .inSingletonScope()
    bind<Audited>('audited')
      .toResolvedValue(
        (
          audit: ProviderAudit,
          paymentProvider: Dependencies['paymentProvider'],
          clock: Dependencies['clock'],
          ids: Dependencies['ids'],
          bound: Dependencies['logger'],
          circuitBreaker: Dependencies['circuitBreaker'],
        ) =>
          guardedAudited({
            audit,
            paymentProvider,
            clock,
            ids,
            logger: bound,
            ...(circuitBreaker === undefined ? {} : { circuitBreaker }),
          }),
        [
          'providerAudit',
          'paymentProvider',
          'clock',
          'ids',
          'logger',
          { optional: true, serviceIdentifier: 'circuitBreaker' },
        ],
      )
      .inSingletonScope()
  })
