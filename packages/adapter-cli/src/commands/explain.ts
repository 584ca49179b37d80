import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { nextSteps, stepLine, type NextStep } from '../explain/next-steps.ts'
import { readStory, type Story } from '../explain/read-story.ts'
import { standingLines } from '../explain/standing-lines.ts'
import { storyJson } from '../explain/story-json.ts'
import { storyText } from '../explain/story-text.ts'
import { anyId } from '../option-values.ts'
import { getPaymentBehind } from '../payments/read-cases.ts'
import { moneyText } from '../payments/standing.ts'

/** Tells everything about one payment: how it stands, how it came to that, and what is next. */
export const explain = defineCommand({
  name: 'explain',
  summary: 'tell the whole story of a payment, and what to do',
  description: `Tells how a payment stands now, everything that happened to it in order, and what comes next: what happens by
itself, what its owner may do, and what needs a human. It changes nothing and asks nobody; times are UTC.

It may be named by its own id, by that of what it is for, by an attempt or a refund of it, or by what the
provider calls a page, a charge or a refund of it, or an event about one.`,
  argument: {
    name: 'id',
    description: 'of a payment, of what it is for, or of anything that belongs to it',
    check: anyId,
  },
  options: (line) => line,
  async run(_options, { openHost }, argument) {
    const host = await openHost({ dryRun: true })
    const story = await readStory(host, await getPaymentBehind(host, argument))
    const steps = nextSteps(story)
    return { exitCode: exitCodes.done, json: storyJson(story, steps), text: textOf(story, steps) }
  },
})

const textOf = (story: Story, steps: readonly NextStep[]): string => {
  const { payment } = story.kase
  const needsHuman = steps.some(({ who }) => who === 'human')
  return [
    `Payment ${payment.id}: ${moneyText(payment.amount)}, ${payment.status.toUpperCase()}${needsHuman ? '. A HUMAN IS NEEDED, see the end.' : ''}`,
    ...standingLines(story),
    '',
    'WHAT HAPPENED',
    ...storyText(story),
    '',
    'WHAT COMES NEXT',
    ...(steps.length === 0 ? ['Nothing: it has come to its end.'] : steps.map(stepLine)),
    ...(story.around === undefined
      ? ["The configuration answers no 'unitOfWork': what is owed and what needs a human is not known here."]
      : []),
    '',
  ].join('\n')
}
