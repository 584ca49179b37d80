import type { CleanedUp, CleanedUpIntent } from '@holdfast/core'
import { isCollected } from '../oracle/statuses.ts'
import { readStored, type Stored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import type { World } from '../world.ts'
import { persistAtOnce } from './asking.ts'
import type { Doing } from './command.ts'

/**
 * Somebody at the desk, or a cron, closes what was opened and left, so many times at once; or asks what that would do. Each is told
 * what has become of every intent, as it is.
 */
export const cleanUp = async (world: World, command: Doing<'clean_up'>): Promise<void> => {
  const { olderThanMs, dryRun } = command
  const startedMs = world.kernel.now()
  const before = see(world)
  const answers = await persistAtOnce(world, command, (host) => host.cleanUpAbandoned({ olderThanMs, dryRun }))
  const after = see(world)
  for (const answer of answers) {
    if (answer === undefined) continue
    checkAnswer(world, answer)
    if (dryRun && before.seen === after.seen) checkForeseen(world, answer, after.stored, { olderThanMs, startedMs })
  }
}

/** What can change about intents, and all of that in one text. */
const see = (world: World): { readonly stored: Stored; readonly seen: string } => {
  const stored = readStored(world.database)
  const standing = [...stored.intents, ...stored.payments, ...stored.attempts].map(
    ({ id, status }) => `${id} ${status}`,
  )
  return { stored, seen: standing.join(', ') }
}

/** Who is told that something is closed or paid can rely on it, in whatever order things happen. @throws {@link Violation} F1 */
const checkAnswer = (world: World, { dryRun, counts, intents }: CleanedUp): void => {
  const { payments } = readStored(world.database)
  const open = world.stripe.ledger().derived.sessions.filter(({ status }) => status === 'open')
  const told: Record<string, number> = {}
  for (const { intentId, paymentId, outcome } of intents) {
    told[outcome] = (told[outcome] ?? 0) + 1
    world.counts.add(`${dryRun ? 'foreseen' : 'cleaned_up'}:${outcome}`)
    const status = payments.find(({ id }) => id === paymentId)?.status ?? 'unknown'
    if (outcome === 'paid' && !isCollected(status))
      throw new Violation('F1', `whoever cleans up is told that ${intentId} is paid, and ${paymentId} is ${status}`)
    const page = open.find(
      ({ metadata }) =>
        metadata['payment_id'] === paymentId && !world.stripe.sentTwice.has(metadata['attempt_id'] ?? ''),
    )
    if (outcome === 'abandoned' && !dryRun && page !== undefined)
      throw new Violation('F1', `whoever cleans up is told that ${intentId} is closed, and ${page.id} is open`)
  }
  for (const [outcome, count] of Object.entries(counts))
    if (count !== (told[outcome] ?? 0))
      throw new Violation('F1', `whoever cleans up is told of ${count} ${outcome}, and shown ${told[outcome] ?? 0}`)
}

/** Where nothing else happened meanwhile, whoever asks what would be done is told of all that is open and old enough. */
const checkForeseen = (
  world: World,
  answer: CleanedUp,
  stored: Stored,
  { olderThanMs, startedMs }: { readonly olderThanMs: number; readonly startedMs: number },
): void => {
  const put = (ids: readonly string[]): string => ids.join(', ') || 'nothing'
  const sure = openBefore(world, startedMs - olderThanMs - clocksDisagreeMs)
  const possible = new Set(openBefore(world, world.kernel.now() - olderThanMs + clocksDisagreeMs))
  const shown = answer.intents.map(({ intentId }) => intentId as string)
  const missing = sure.filter((id) => !shown.includes(id))
  const surplus = shown.filter((id) => !possible.has(id))
  if (missing.length + surplus.length > 0)
    throw new Violation('F1', `a dry run forgets ${put(missing)}, and tells of ${put(surplus)}`)
  for (const intent of answer.intents) {
    const status = stored.payments.find(({ id }) => id === intent.paymentId)?.status ?? 'unknown'
    if (foreseen(status) !== intent.outcome)
      throw new Violation(
        'F1',
        `a dry run tells that ${intent.intentId} would be ${intent.outcome}, and it is ${status}`,
      )
  }
  world.counts.add('clean_up_foreseen')
}

const openBefore = ({ database }: World, createdBefore: number): readonly string[] =>
  database
    .query<{ readonly id: string }>(
      "SELECT id FROM holdfast_intents WHERE status = 'open' AND created_at < ? ORDER BY id",
      createdBefore,
    )
    .map(({ id }) => id)

/** What cleaning up would make of a payment. */
const foreseen = (status: string): CleanedUpIntent['outcome'] => {
  if (isCollected(status)) return 'paid'
  return status === 'processing' || status === 'authorized' ? 'processing' : 'abandoned'
}

// By so much two clocks may differ, one ahead and one behind, and a little more.
const clocksDisagreeMs = 25 * 60_000
