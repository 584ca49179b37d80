import { defineCommand, type Answer } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { positiveSeconds } from '../option-values.ts'
import { choiceOptions, choosePayments } from '../payments/choose-payments.ts'
import { lookAt, lookJson, lookRows, lookTable, type Look } from '../payments/look.ts'
import { watchPayments } from '../payments/watch-payments.ts'

/** Shows how payments stand, once or again and again. */
export const checkPaymentStatus = defineCommand({
  name: 'check-payment-status',
  summary: 'show how payments stand, once or live',
  description: `Shows how a payment, somebody's payments or all open ones stand, and what the provider last said of them.
With --watch or --duration it goes on: in place on a terminal, elsewhere by a line for whatever has
changed. Ctrl-C ends it.`,
  options: (line) =>
    choiceOptions(line)
      .option('--sync', 'ask the provider about each first, and take in what it says')
      .option('--watch', 'go on looking until it is stopped')
      .option('--duration <seconds>', 'go on looking for this long', positiveSeconds)
      .option('--interval <seconds>', 'look again after this long', positiveSeconds, 5),
  async run({ sync = false, watch = false, duration, interval, ...choice }, context) {
    const host = await context.openHost({ dryRun: !sync })
    const chosen = await choosePayments(host, choice, { only: 'all' })
    const look = async (): Promise<Look> => lookAt(host, await chosen.list(), sync)
    if (!watch && duration === undefined) return answer(await look(), chosen.what)
    return watchPayments(context, look, { host, what: chosen.what, duration, interval, startedAt: host.clock.now() })
  },
})

const answer = (look: Look, what: string): Answer => ({
  exitCode: look.unheard > 0 ? exitCodes.notNow : exitCodes.done,
  json: { command: 'check-payment-status', ...lookJson(look) },
  text:
    lookRows(look).length === 0
      ? `There are no ${what}.\n`
      : `${lookTable(look)}\n${look.unheard > 0 ? `\nThe provider gave no answer for ${look.unheard}: it is asked again by itself.\n` : ''}`,
})
