import {
  guardedAudited,
  parseId,
  silentLogger,
  type Audited,
  type Clock,
  type Holdfast,
  type OwnerId,
  type UnitOfWork,
} from '@holdfast/core'
import { randomIds, systemClock } from '@holdfast/core/system'
import { NoHost, Refused } from '../problem.ts'
import type { HostDatabase, HostWiring } from './configuration.ts'

/** A host that has all that a command can ask for, or says what to write where it has not. */
export interface Host {
  readonly holdfast: Holdfast
  readonly clock: Clock
  readonly livemode: boolean | undefined
  /** @throws {@link NoHost} where the configuration does not answer it. */
  readonly getUnitOfWork: () => UnitOfWork
  /** For what is told better with it, and without it as well. */
  readonly unitOfWork: UnitOfWork | undefined
  /** The provider, and all that it holds, behind the circuit breaker that the host has. @throws {@link NoHost} where the configuration does not answer both. */
  readonly getAudited: () => Audited
  /** @throws {@link Refused} when nobody has this address, and {@link NoHost} where the configuration knows nobody's. */
  readonly getOwner: (email: string) => Promise<OwnerId>
}

/** What a configuration answered, as a host. @throws {@link NoHost} where it has no Holdfast. */
export const hostOf = (
  wiring: HostWiring,
  { file, sample }: { readonly file: string; readonly sample: string },
): Host => {
  const { holdfast, unitOfWork, audit, paymentProvider, circuitBreaker, findOwner, livemode } = wiring
  const { clock = systemClock() } = wiring
  if (typeof holdfast?.cleanUpAbandoned !== 'function')
    throw new NoHost({
      code: 'configuration_invalid',
      message: `What ${file} answers has no Holdfast in it. Answer an object with what createHoldfast makes as 'holdfast':\n\n${sample}`,
    })
  return {
    holdfast,
    clock,
    livemode,
    unitOfWork,
    getUnitOfWork: () =>
      unitOfWork ??
      incomplete(file, "'unitOfWork'", 'the one that createHoldfast was given; openSql of adapter-sql answers it'),
    getAudited: () =>
      guardedAudited({
        audit: audit ?? incomplete(file, "'audit'", 'what stripeAudit of adapter-stripe makes'),
        paymentProvider:
          paymentProvider ?? incomplete(file, "'paymentProvider'", 'the one that createHoldfast was given'),
        ...(circuitBreaker === undefined ? {} : { circuitBreaker }),
        clock,
        ids: randomIds(),
        logger: silentLogger,
      }),
    getOwner: async (email) => {
      if (findOwner === undefined)
        return incomplete(
          file,
          "'findOwner'",
          "a function from an e-mail address to its owner's id; or name a payment with --payment-id",
        )
      const found = await findOwner(email)
      const owner = found === undefined ? undefined : parseId<'owner'>(found)
      if (owner !== undefined) return owner
      throw new Refused(
        'owner_not_found',
        `Nobody here has the address ${email}. Is it spelled as they signed up with it?`,
      )
    },
  }
}

/** The database in what a configuration answered. @throws {@link NoHost} where there is none. */
export const databaseOf = ({ database }: HostWiring, { file }: { readonly file: string }): HostDatabase =>
  typeof database?.ping === 'function' && typeof database.migrate === 'function'
    ? database
    : incomplete(file, "'database'", 'an object that can migrate() and ping(), such as openSql of adapter-sql answers')

const incomplete = (file: string, what: string, which: string): never => {
  throw new NoHost({
    code: 'configuration_incomplete',
    message: `This command needs more than ${file} answers. Add ${what} to it: ${which}.`,
  })
}
