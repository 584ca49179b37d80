import type {
  CircuitBreakerOptions,
  Clock,
  Holdfast,
  OwnerId,
  PaymentProvider,
  ProviderAudit,
  UnitOfWork,
} from '@holdfast/core'

/** A host's database, as the commands about it see it. What `openSql` of adapter-sql answers is one. */
export interface HostDatabase {
  /** Brings the tables up to date, and answers the names of the steps that it took. */
  migrate(): Promise<readonly string[]>
  /** Resolves when the database answers. @throws when it does not. */
  ping(): Promise<void>
  /** The names of the steps that {@link HostDatabase.migrate} would take. Changes nothing. Without it, `migrate` has no dry run. */
  pending?(): Promise<readonly string[]>
}

/** What a host's configuration answers: what it has put together, for one command. */
export interface HostWiring {
  /** What `createHoldfast` has made. It may be left out for `migrate` and `wait-for-database`, which ask for the database alone. */
  readonly holdfast?: Holdfast
  /** The transactions, for commands that read the database themselves. */
  readonly unitOfWork?: UnitOfWork
  /** All that the provider holds, for `reconcile`. `stripeAudit` of adapter-stripe makes one. */
  readonly audit?: ProviderAudit
  /** The provider that `holdfast` was given, for `reconcile`: what is missing in a list is asked for by name. */
  readonly paymentProvider?: PaymentProvider
  /** The circuit breaker that `holdfast` was given, for `reconcile` to leave the provider alone, too. Absent: there is none. */
  readonly circuitBreaker?: CircuitBreakerOptions
  /** The database itself, for `migrate` and `wait-for-database`. */
  readonly database?: HostDatabase
  /** Who has this e-mail address, for `--user-email`: only the host knows. `undefined`: nobody. */
  readonly findOwner?: (email: string) => OwnerId | undefined | Promise<OwnerId | undefined>
  /** The clock that `holdfast` was given. Default: this machine's. */
  readonly clock?: Clock
  /** True where the provider takes real money: nothing is tested on it then. Default: what `STRIPE_SECRET_KEY` says. */
  readonly livemode?: boolean
  /** Gives back what was opened. Called once, when the command has ended. */
  readonly close?: () => void | Promise<void>
}

/** What a configuration is told of the command that wants its wiring. */
export interface ConfigurationRequest {
  /** As it was typed: `cleanup-abandoned`. */
  readonly command: string
  /** True where nothing will be changed and the provider will not be asked. */
  readonly dryRun: boolean
}

/**
 * What a configuration file exports as `holdfast`, or as its default.
 *
 * What it throws is told to whoever typed the command as what is wrong with the configuration; a `StoreUnavailable` of the
 * core, as a database that is away.
 */
export type Configuration = (request: ConfigurationRequest) => HostWiring | Promise<HostWiring>
