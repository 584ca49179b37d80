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
  const key = environment['STRIPE_SECRET_KEY'] ?? ''
  const why =
    livemode === true || (livemode === undefined && /^(sk|rk)_live_/.test(key))
      ? 'this host takes real money'
      : environment['NODE_ENV'] === 'production'
        ? 'NODE_ENV says that this is production'
        : undefined
  if (why !== undefined)
    throw new Refused('real_money', `This command is for trying things out, and ${why}. ${instead}`)
}
