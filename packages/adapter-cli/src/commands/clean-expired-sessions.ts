import { isoTime } from '@holdfast/core'
import { defineCommand, type Answer } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { positiveSeconds } from '../option-values.ts'
import { listToAsk, sweepAll, type ListToAsk, type SweptAll, type ToAsk } from '../payments/sweep-all.ts'
import { table } from '../table.ts'

/** The sweep, made now: see `sweep` in the core. */
export const cleanExpiredSessions = defineCommand({
  name: 'clean-expired-sessions',
  summary: 'ask the provider now about what may have expired there',
  description: `Asks the provider about every page, charge and refund that is due for a look, and takes in what it says: a
page that has expired can be paid no more, and one that was paid is paid here. Then it takes in what the
provider has told and nobody heard, where the host can list that. A worker does all of it by itself, every few
minutes, and only one does at a time. It may be ended at any time and run again; its place is free again five
minutes later.`,
  options: (line) =>
    line
      .option('--dry-run', 'change nothing and ask nobody, and list what would be asked about')
      .option('--wait <seconds>', 'where a sweep is under way already, wait for it this long', positiveSeconds)
      .option('--force', 'ask also about pages and charges under way that are not due for a look yet'),
  async run({ dryRun = false, force = false, wait = 0 }, { openHost, progress, terminal: { err } }) {
    const host = await openHost({ dryRun })
    const unitOfWork = host.getUnitOfWork()
    const toAsk = await listToAsk(unitOfWork, host.clock.now(), force)
    if (dryRun) return foreseen(toAsk, force)
    const swept = await sweepAll({ ...host, unitOfWork }, toAsk, {
      progress,
      waitMs: wait * 1000,
      onWait: () => void err.write('A sweep is under way already: waiting for it.\n'),
    })
    return answer(swept, force, isoTime(host.clock.now()))
  },
})

const foreseen = ({ items, more }: ListToAsk, force: boolean): Answer => ({
  exitCode: exitCodes.done,
  json: {
    command: 'clean-expired-sessions',
    dry_run: true,
    force,
    more,
    items: items.map(({ paymentId, about, id, due }) => ({ payment_id: paymentId, about, id, due })),
  },
  text: [
    ...(items.length === 0
      ? [force ? 'There is nothing to ask about.' : 'Nothing is due for a look.']
      : [
          table(
            ['ABOUT', 'ID', 'PAYMENT', 'DUE'],
            items.map(({ paymentId, about, id, due }) => [meaning[about], id, paymentId, due ? 'yes' : 'not yet']),
          ),
          '',
          `To be asked about: ${items.length}${more ? ', and more' : ''}.`,
        ]),
    'This was a dry run, which changes nothing and asks nobody.',
    '',
  ].join('\n'),
})

const meaning: Readonly<Record<ToAsk['about'], string>> = {
  attempt: 'page or charge under way',
  charge: 'money that came',
  refund: 'refund',
}

const answer = (
  { asked, moved, failed, events, nextInMs, forced, changes }: SweptAll,
  force: boolean,
  now: string,
): Answer => {
  const unheard = failed + forced.unheard
  const recovered = events?.recovered ?? 0
  const isInterrupted = events?.interrupted === true
  return {
    exitCode: unheard > 0 || isInterrupted ? exitCodes.notNow : exitCodes.done,
    json: {
      command: 'clean-expired-sessions',
      dry_run: false,
      force,
      asked,
      moved,
      failed,
      events:
        events === undefined
          ? null
          : {
              listed: events.listed,
              recovered,
              until: isoTime(events.until),
              interrupted: isInterrupted,
            },
      forced,
      changes: changes.map(({ paymentId, before, after }) => ({ payment_id: paymentId, before, after })),
      next_in_s: nextInMs / 1000,
    },
    text: [
      ...(changes.length === 0
        ? []
        : [
            table(
              ['PAYMENT', 'BEFORE', 'AFTER'],
              changes.map(({ paymentId, before, after }) => [paymentId, before, after]),
            ),
            '',
          ]),
      `Asked about what was due: ${asked}, of which ${moved} had moved.`,
      ...(force ? [`Asked about what was not due yet: ${forced.asked}.`] : []),
      ...(recovered > 0 ? [`Taken in of what the provider has told and nobody had heard: ${recovered}.`] : []),
      ...(isInterrupted
        ? ['What the provider has told could not be listed to its end: the next sweep goes on with it.']
        : []),
      ...(unheard > 0 ? [`No answer for ${unheard}: they are asked about again by themselves; the log says why.`] : []),
      ...(changes.length + unheard + recovered === 0 && !isInterrupted
        ? [`Everything is as it was known here, at ${now}.`]
        : []),
      '',
    ].join('\n'),
  }
}
