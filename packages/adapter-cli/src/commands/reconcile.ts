import { after, day, defaultSettings, reconcile as compare, type Instant, type Reconciled } from '@holdfast/core'
import { defineCommand, type Answer } from '../command.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { moment, positiveCount, positiveNumber } from '../option-values.ts'
import { WrongUsage } from '../problem.ts'
import { knownLivemode } from '../real-money.ts'
import { reconcileJson } from '../reconcile/reconcile-json.ts'
import { reconcileText } from '../reconcile/reconcile-text.ts'
import { remaining } from '../reconcile/remaining.ts'

/** Tells what is not the same here and at the provider, see `reconcile` in the core. */
export const reconcile = defineCommand({
  name: 'reconcile',
  summary: 'compare with the provider, and tell what is not the same',
  description: `Compares all that the provider holds of a time with what is known here, both ways: pages, charges and refunds
there, payments and refunds here. It tells what differs, what that means and what to do, and changes nothing.
With --fix it mends what is safe: it asks the provider again and takes in what it says, and closes pages that
nobody must pay. Sums are never mended. Times are UTC. It may be ended at any time and run again.`,
  options: (line) =>
    line
      .option('--days <number>', 'what was made in so many days until --to (default: 7)', days)
      .option('--from <time>', 'what was made from then on', moment)
      .option('--to <time>', 'what was made before then (default: now)', moment)
      .option('--fix', 'mend what is safe')
      .option('--dry-run', 'with --fix: mend nothing, and say what would be')
      .option('--limit <number>', 'tell of no more findings than this; all are counted', positiveCount, 1_000),
  async run({ fix = false, dryRun = false, limit, ...when }, { openHost, progress, environment }) {
    // Also what only reads asks the provider.
    const host = await openHost({ dryRun: false })
    const { performEffect, receiveEvent } = host.holdfast
    const livemode = knownLivemode(host, environment)
    const { leaseMs } = defaultSettings
    const compared = await compare({
      unitOfWork: host.getUnitOfWork(),
      ...host.getAudited(),
      clock: host.clock,
      performEffect,
      receiveEvent,
      settings: { leaseMs, ...(livemode === undefined ? {} : { livemode }) },
    })({ ...periodOf(when, host.clock.now()), fix: fix && !dryRun, limit, onProgress: progress })
    if (!compared.ok) throw new WrongUsage('The time to compare ends before it begins, or has not begun yet.')
    return answer(compared.value, fix && dryRun)
  },
})

const periodOf = (
  { days: count, from, to: until }: { readonly days?: number; readonly from?: Instant; readonly to?: Instant },
  now: Instant,
): { readonly from: Instant; readonly to: Instant } => {
  if (count !== undefined && from !== undefined) throw new WrongUsage('Give --days or --from, and not both.')
  const to = until ?? now
  return { from: from ?? after(to, -Math.ceil((count ?? 7) * day)), to }
}

const answer = (compared: Reconciled, foreseen: boolean): Answer => ({
  exitCode: exitCodeOf(compared),
  json: reconcileJson(compared, foreseen),
  text: reconcileText(compared, foreseen),
})

/** What was not compared may hide anything: that comes before what was found. */
const exitCodeOf = (compared: Reconciled): ExitCode => {
  if (compared.interrupted !== undefined || compared.unheard > 0) return exitCodes.notNow
  return remaining(compared) > 0 ? exitCodes.differs : exitCodes.done
}

// As far back as the provider keeps anything that is asked for here.
const days = positiveNumber({ most: 10_000, of: 'days', example: '7 or 0.5' })
