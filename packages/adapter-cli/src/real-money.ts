import type { Host } from './configuration/host.ts'
import type { CommandContext } from './command.ts'
import { Refused } from './problem.ts'

/**
 * Keeps what is only for testing away from real money and from production.
 *
 * @throws {@link Refused} where the host or its key says that money is real, and where NODE_ENV is `production`.
 */
export const refuseRealMoney = (
  { livemode }: Host,
  environment: CommandContext['environment'],
  instead: string,
): void => {
  const why =
    knownLivemode({ livemode }, environment) === true
      ? 'this host takes real money'
      : environment['NODE_ENV'] === 'production'
        ? 'NODE_ENV says that this is production'
        : undefined
  if (why !== undefined)
    throw new Refused('real_money', `This command is for trying things out, and ${why}. ${instead}`)
}

/** Whether money is real, as the host or its key says; `undefined` where neither does. */
export const knownLivemode = (
  { livemode }: Pick<Host, 'livemode'>,
  environment: CommandContext['environment'],
): boolean | undefined => {
  const [, mode] = /^(?:sk|rk)_(live|test)_/.exec(environment['STRIPE_SECRET_KEY'] ?? '') ?? []
  return livemode ?? (mode === undefined ? undefined : mode === 'live')
}
