import { Contention, StoreUnavailable } from '@holdfast/core'
import { exitCodes, type ExitCode } from './exit-codes.ts'

/** Why a command has not done what it was asked: in words for a person, and by a code for a program. */
export interface Problem {
  readonly code:
    | 'usage'
    | 'package_missing'
    | ConfigurationFault['code']
    | RefusalCode
    | NotNowCode
    | 'store_unavailable'
    | 'unexpected'
  readonly message: string
  readonly exitCode: ExitCode
}

/** What is wrong with a configuration. */
export interface ConfigurationFault {
  readonly code: 'configuration_missing' | 'configuration_invalid' | 'configuration_failed' | 'configuration_incomplete'
  readonly message: string
}

/** Why something cannot be had as things stand. */
export type RefusalCode = 'payment_not_found' | 'owner_not_found' | 'real_money'

/** Why something cannot be done now, and perhaps in a moment. */
export type NotNowCode = 'port_taken' | 'sweeping_already' | 'provider_unavailable'

/** Thrown where a command finds no host to work for, or one that lacks what it needs. */
export class NoHost extends Error {
  override readonly name = 'NoHost'
  readonly fault: ConfigurationFault
  constructor(fault: ConfigurationFault, options?: ErrorOptions) {
    super(fault.message, options)
    this.fault = fault
  }
}

/** Thrown where a command line is understood, and what it asks for makes no sense: the options contradict each other. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** Thrown where a command cannot do what it was asked as things stand. Nothing was changed. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: RefusalCode
  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Thrown where something cannot be done now. Nothing was changed, and the same command may be run again. */
export class NotNow extends Error {
  override readonly name = 'NotNow'
  readonly code: NotNowCode
  constructor(code: NotNowCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Thrown by a configuration where the provider cannot be reached, which it needs to put its parts together. Its message says what to
 * do. The command ends as it does where a database is away: it may be run again.
 */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable'
}

/** Thrown where a command needs a package that is not installed. The message says which, and how to install it. */
export class PackageMissing extends Error {
  override readonly name = 'PackageMissing'
}

/** What a thrown error means to whoever typed the command. A database that is away is no fault of the configuration. */
export const problemOf = (error: unknown): Problem => {
  const away = whyAway(error)
  if (away !== undefined)
    return { code: 'store_unavailable', message: `The database: ${away.message}`, exitCode: exitCodes.notNow }
  const unreached = whatWasThrown(error).find(isUnreached)
  if (unreached !== undefined)
    return { code: 'provider_unavailable', message: unreached.message, exitCode: exitCodes.notNow }
  if (error instanceof NoHost) return { ...error.fault, exitCode: exitCodes.usage }
  if (error instanceof WrongUsage) return { code: 'usage', message: error.message, exitCode: exitCodes.usage }
  if (error instanceof PackageMissing)
    return { code: 'package_missing', message: error.message, exitCode: exitCodes.usage }
  if (error instanceof NotNow) return { code: error.code, message: error.message, exitCode: exitCodes.notNow }
  if (error instanceof Refused) return { code: error.code, message: error.message, exitCode: exitCodes.refused }
  return {
    code: 'unexpected',
    // The stack says where: whoever reports it has nothing else.
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    exitCode: exitCodes.unexpected,
  }
}

/** What the core says of a database that is away, where that is what was thrown; also as the cause of what a configuration throws. */
export const whyAway = (error: unknown): Error | undefined => whatWasThrown(error).find(isAway)

const whatWasThrown = (error: unknown): readonly unknown[] => [error, ...(error instanceof Error ? [error.cause] : [])]

// By its name: the configuration may have been given another copy of this package.
const isUnreached = (error: unknown): error is Error => error instanceof Error && error.name === 'ProviderUnavailable'

const isAway = (error: unknown): error is StoreUnavailable | Contention =>
  error instanceof StoreUnavailable || error instanceof Contention
