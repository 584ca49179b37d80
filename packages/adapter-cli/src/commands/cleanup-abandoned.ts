import { decimalString, hour, isoTime, type CleanedUp, type CleanedUpAs, type CleanedUpIntent } from '@holdfast/core'
import { defineCommand, type Answer } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { positiveCount, positiveNumber } from '../option-values.ts'
import { table } from '../table.ts'

/** Closes intents that somebody opened and left, see `cleanUpAbandoned` in the core. */
export const cleanupAbandoned = defineCommand({
  name: 'cleanup-abandoned',
  summary: 'close what somebody wanted to buy and left unpaid',
  description: `Closes intents that were opened a while ago and not paid, oldest first, each page at the provider first.
What was paid or is on its way is left alone, and nothing ends whose page the provider has not closed.
It may be ended at any time and run again.`,
  options: (line) =>
    line
      .option('--hours <number>', 'close what was opened longer ago than this', positiveHours, 2)
      .option('--limit <number>', 'look at no more than this many', positiveCount, 10_000)
      .option('--dry-run', 'change nothing, and list what would be closed'),
  async run({ hours, limit, dryRun = false }, { openHost, progress }) {
    const { holdfast } = await openHost({ dryRun })
    const cleaned = await holdfast.cleanUpAbandoned({
      olderThanMs: hours * hour,
      limit,
      dryRun,
      onProgress: progress,
    })
    return answer(cleaned, hours)
  },
})

const answer = (cleaned: CleanedUp, hours: number): Answer => {
  const { dryRun, counts, intents, more } = cleaned
  return {
    exitCode: counts.pending + counts.failed > 0 ? exitCodes.notNow : exitCodes.done,
    json: {
      command: 'cleanup-abandoned',
      dry_run: dryRun,
      hours,
      counts,
      more,
      intents: intents.map(({ intentId, paymentId, kind, amount, createdAt, outcome }) => ({
        intent_id: intentId,
        payment_id: paymentId,
        kind,
        amount: decimalString(amount),
        currency: amount.currency,
        created_at: isoTime(createdAt),
        outcome,
      })),
    },
    text: textOf(cleaned, hours),
  }
}

const textOf = ({ dryRun, counts, intents, more }: CleanedUp, hours: number): string => {
  const age = `more than ${hours} ${hours === 1 ? 'hour' : 'hours'} ago`
  if (intents.length === 0) return `Nothing that was opened ${age} is still unpaid.\n`
  const said = (Object.keys(meaning) as CleanedUpAs[]).filter((outcome) => counts[outcome] > 0)
  return [
    table(['INTENT', 'KIND', 'OPENED', 'AMOUNT', 'OUTCOME'], intents.map(row)),
    '',
    `Opened ${age} and still open: ${intents.length}${more ? ', and there are more: run it again' : ''}.`,
    ...said.map((outcome) => `  ${counts[outcome]} ${outcome}: ${meaning[outcome]}`),
    ...(dryRun ? ['This was a dry run, which changes nothing: it says what would become of them.'] : []),
    '',
  ].join('\n')
}

const row = ({ intentId, kind, createdAt, amount, outcome }: CleanedUpIntent): readonly string[] => [
  intentId,
  kind,
  isoTime(createdAt),
  `${decimalString(amount)} ${amount.currency}`,
  outcome,
]

const meaning: Readonly<Record<CleanedUpAs, string>> = {
  abandoned: 'closed, here and at the provider',
  pending: 'its page could not be closed yet; the provider is asked until it is, and nothing ends before',
  paid: 'left alone, it was paid',
  processing: 'left alone, its money is on its way',
  failed: 'left as it was; the log says why',
}

// A hundred years: longer than anything is kept, and well within what a moment can say.
const positiveHours = positiveNumber({ most: 876_000, of: 'hours', example: '2 or 0.5' })
