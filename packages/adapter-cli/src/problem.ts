import { Contention, StoreUnavailable } from '@holdfast/core'
import { exitCodes, type ExitCode } from './exit-codes.ts'

/** Why a command has not done what it was asked: in words for a person, and by a code for a program. */
export interface Problem {
  readonly code: 'usage' | ConfigurationFault['code'] | 'store_unavailable' | 'unexpected'
  readonly message: string
  readonly exitCode: ExitCode
}

/** What is wrong with a configuration. */
export interface ConfigurationFault {
  readonly code: 'configuration_missing' | 'configuration_invalid' | 'configuration_failed'
  readonly message: string
}

/** Thrown where a command finds no host to work for. */
export class NoHost extends Error {
  override readonly name = 'NoHost'
  readonly fault: ConfigurationFault
  constructor(fault: ConfigurationFault, options?: ErrorOptions) {
    super(fault.message, options)
    this.fault = fault
  }
}

/** What a thrown error means to whoever typed the command. A database that is away is no fault of the configuration. */
export const problemOf = (error: unknown): Problem => {
  const away = [error, error instanceof Error ? error.cause : undefined].find(isAway)
  if (away !== undefined)
    return { code: 'store_unavailable', message: `The database: ${away.message}`, exitCode: exitCodes.notNow }
  if (error instanceof NoHost) return { ...error.fault, exitCode: exitCodes.usage }
  return {
    code: 'unexpected',
    // The stack says where: whoever reports it has nothing else.
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    exitCode: exitCodes.unexpected,
  }
}

const isAway = (error: unknown): error is StoreUnavailable | Contention =>
  error instanceof StoreUnavailable || error instanceof Contention
