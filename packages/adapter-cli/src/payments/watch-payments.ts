import { isoTime, type Clock, type Instant } from '@holdfast/core'
import type { Answer, CommandContext } from '../command.ts'
import type { Host } from '../configuration/host.ts'
import { exitCodes } from '../exit-codes.ts'
import { isTerminal, liveLines } from '../live-lines.ts'
import { whyAway } from '../problem.ts'
import { sleep } from '../stop-signal.ts'
import { lookAt, lookJson, lookRows, lookTable, type Look, type Seen } from './look.ts'
import { forEach, getCase } from './read-cases.ts'

/** How payments are watched. */
export interface Watching {
  readonly host: Host
  readonly what: string
  /** In seconds; absent: until it is stopped. */
  readonly duration: number | undefined
  /** In seconds. */
  readonly interval: number
  /** By the host's clock, as every time that is shown. */
  readonly startedAt: Instant
}

/**
 * Looks again and again. A payment that was seen once stays, so that its end is seen as well. A database that is away is
 * said, and tried again.
 */
export const watchPayments = async (
  { stopSignal, terminal, wantsJson }: Pick<CommandContext, 'stopSignal' | 'terminal' | 'wantsJson'>,
  look: () => Promise<Look>,
  { host, what, duration, interval, startedAt }: Watching,
): Promise<Answer> => {
  const stop = stopSignal()
  const endsAt = duration === undefined ? Number.POSITIVE_INFINITY : Date.now() + duration * 1000
  const { clock } = host
  const show = shower(terminal, { wantsJson, what, clock })
  let seen: readonly Seen[] = []
  let looks = 0
  let away = false
  while (!stop.aborted) {
    try {
      const { at, unheard, ...fresh } = await look()
      seen = [...fresh.seen, ...(await stillSeen(host, seen, fresh.seen))]
      show.look({ at, unheard, seen })
      away = false
    } catch (error) {
      const why = whyAway(error)
      if (why === undefined) throw error
      show.away(why.message)
      away = true
    }
    looks += 1
    const leftMs = endsAt - Date.now()
    if (leftMs <= 0) break
    await sleep(Math.min(interval * 1000, leftMs), stop)
    // The time is over: one last look would come too late.
    if (Date.now() >= endsAt) break
  }
  const endedAt = clock.now()
  return {
    exitCode: away ? exitCodes.notNow : exitCodes.done,
    json: {
      command: 'check-payment-status',
      started_at: isoTime(startedAt),
      ended_at: isoTime(endedAt),
      looks,
    },
    oneLine: true,
    text: `Looked ${looks} ${looks === 1 ? 'time' : 'times'}, from ${isoTime(startedAt)} to ${isoTime(endedAt)}.\n`,
  }
}

/** Those that were seen before and are not listed any more: they have ended, or newer ones took their place. */
const stillSeen = async (host: Host, before: readonly Seen[], fresh: readonly Seen[]): Promise<readonly Seen[]> => {
  const listed = new Set(fresh.map(({ kase }) => kase.payment.id))
  const missing = before.map(({ kase }) => kase.payment.id).filter((id) => !listed.has(id))
  const cases = await forEach(missing.slice(0, mostKept), (id) => getCase(host.holdfast, id))
  return (await lookAt(host, cases, false)).seen
}

const mostKept = 50

interface Shower {
  readonly look: (look: Look) => void
  readonly away: (why: string) => void
}

const shower = (
  { out, err }: CommandContext['terminal'],
  { wantsJson, what, clock }: { readonly wantsJson: boolean; readonly what: string; readonly clock: Clock },
): Shower => {
  if (wantsJson)
    return {
      look: (look) => void out.write(`${JSON.stringify({ command: 'check-payment-status', ...lookJson(look) })}\n`),
      away: (why) => void err.write(`The database: ${why}\n`),
    }
  if (isTerminal(out)) {
    const draw = liveLines(out)
    let last: readonly string[] = []
    const head = (at: Instant): string => `${isoTime(at)}  ${what}. Ctrl-C ends this.`
    return {
      look: (look) => {
        last = look.seen.length === 0 ? ['There are none.'] : lookTable(look).split('\n')
        draw([head(look.at), ...last])
      },
      away: (why) => draw([head(clock.now()), `The database does not answer, and is tried again: ${why}`, ...last]),
    }
  }
  const shown = new Map<string, string>()
  return {
    look: (look) => {
      if (look.seen.length === 0 && shown.size === 0) out.write(`${isoTime(look.at)}  There are no ${what}.\n`)
      for (const [id = '', ...cells] of lookRows(look)) {
        const line = cells.join('  ')
        if (shown.get(id) !== line) out.write(`${isoTime(look.at)}  ${id}  ${line}\n`)
        shown.set(id, line)
      }
    },
    away: (why) =>
      void out.write(`${isoTime(clock.now())}  The database does not answer, and is tried again: ${why}\n`),
  }
}
