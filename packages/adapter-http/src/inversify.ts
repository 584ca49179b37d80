import type { Clock, Holdfast, Logger, UnitOfWork, WebhookVerifier } from '@holdfast/core'
import { ContainerModule } from 'inversify'
import { createHttpAdapter, type HttpAdapter } from './http-adapter.ts'
import type { HttpAdapterOptions } from './options.ts'
import type { Authenticator } from './security/authenticator.ts'

/** What this module binds, by name. */
export interface HttpServices {
  readonly httpAdapter: HttpAdapter
}

/** What it takes from the container, by name: all but `authenticator` are known from the core. */
export interface HttpNeeds {
  readonly holdfast: Holdfast
  readonly unitOfWork: UnitOfWork
  readonly webhookVerifier: WebhookVerifier
  readonly clock: Clock
  readonly logger: Logger
  /** The host's. */
  readonly authenticator: Authenticator
}

/** Binds `httpAdapter` to one adapter, made from {@link HttpNeeds} and the options given here. */
export const httpModule = (options: Omit<HttpAdapterOptions, keyof HttpNeeds>): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind<HttpAdapter>('httpAdapter')
      .toResolvedValue(
        (
          holdfast: Holdfast,
          unitOfWork: UnitOfWork,
          webhookVerifier: WebhookVerifier,
          clock: Clock,
          logger: Logger,
          authenticator: Authenticator,
        ) => createHttpAdapter({ ...options, holdfast, unitOfWork, webhookVerifier, clock, logger, authenticator }),
        [...needed],
      )
      .inSingletonScope()
  })

const needed = [
  'holdfast',
  'unitOfWork',
  'webhookVerifier',
  'clock',
  'logger',
  'authenticator',
] as const satisfies readonly (keyof HttpNeeds)[]
