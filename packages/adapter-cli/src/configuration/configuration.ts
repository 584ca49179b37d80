import type { Holdfast, UnitOfWork } from '@holdfast/core'

/** What a host's configuration answers: what it has put together, for one command. */
export interface HostWiring {
  /** What `createHoldfast` has made. */
  readonly holdfast: Holdfast
  /** The database, for commands that read it themselves. */
  readonly unitOfWork?: UnitOfWork
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
