import type { Command as CommandLine } from '@commander-js/extra-typings'
import type { Answer } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { positiveSeconds } from '../option-values.ts'
import type { Progress } from '../terminal.ts'

/** How one try went. `away`: with why, and it may be otherwise in a moment. */
export type Tried = { readonly type: 'answers' } | { readonly type: 'away'; readonly why: string }

/** What came of waiting. */
export interface Waited {
  readonly answered: boolean
  readonly tries: number
  readonly waitedMs: number
  /** Why it was away, the last time that it was. */
  readonly lastWhy: string | undefined
}

/** How long to wait. */
export interface Patience {
  /** In seconds. */
  readonly timeout: number
  /** In seconds, from the end of one try to the beginning of the next. */
  readonly interval: number
}

/** The options of a command that waits. */
export const waitingOptions = (line: CommandLine) =>
  line
    .option('--timeout <seconds>', 'give up after this long', positiveSeconds, 60)
    .option('--interval <seconds>', 'try again after this long', positiveSeconds, 2)

/**
 * Tries until there is an answer or the time is over; the last time just then. One try takes no longer than the time that is
 * left, but for a second that each is given, and no longer than five: who does not answer at all may have gone away meanwhile.
 * What a try throws ends the waiting: waiting would not mend it.
 */
export const waitUntil = async (
  tryOnce: (withinMs: number) => Promise<Tried>,
  { timeout, interval }: Patience,
  progress: Progress,
): Promise<Waited> => {
  const startedAt = performance.now()
  const waited = (): number => Math.round(performance.now() - startedAt)
  const leftMs = (): number => Math.max(0, timeout * 1000 - waited())
  let lastWhy: string | undefined
  for (let tries = 1; ; tries += 1) {
    const withinMs = Math.min(Math.max(leftMs(), 1_000), 5_000)
    const tried = await within(withinMs, tryOnce(withinMs))
    if (tried.type === 'answers') return { answered: true, tries, waitedMs: waited(), lastWhy }
    lastWhy = tried.why
    progress({ done: Math.min(Math.round(waited() / 100) / 10, timeout), total: timeout })
    if (leftMs() === 0) return { answered: false, tries, waitedMs: waited(), lastWhy }
    await new Promise((resolve) => setTimeout(resolve, Math.min(interval * 1000, leftMs())))
  }
}

/** `what`: `Redis at 127.0.0.1:6379`. `facts`: more for a program. `hint`: what to look at where there was no answer. */
export const waitedAnswer = (
  { answered, tries, waitedMs, lastWhy }: Waited,
  {
    command,
    what,
    facts = {},
    hint,
  }: {
    readonly command: string
    readonly what: string
    readonly facts?: Readonly<Record<string, unknown>>
    readonly hint: string
  },
): Answer => {
  const after = `${tries} ${tries === 1 ? 'try' : 'tries'}, ${(waitedMs / 1000).toFixed(1)} s`
  return {
    exitCode: answered ? exitCodes.done : exitCodes.notNow,
    json: { command, ...facts, answered, tries, waited_ms: waitedMs, last_error: lastWhy ?? null },
    text: answered ? `${what} answers (${after}).\n` : `${what} does not answer (${after}): ${lastWhy}\n${hint}\n`,
  }
}

/** Why something is away that says nothing at all. */
export const noAnswerInTime = 'there was no answer in time'

// The timer keeps the process alive: somebody who never answers would let it end in the middle.
const within = async (ms: number, trying: Promise<Tried>): Promise<Tried> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Tried>((resolve) => {
    timer = setTimeout(() => resolve({ type: 'away', why: noAnswerInTime }), ms)
  })
  return Promise.race([trying, late]).finally(() => clearTimeout(timer))
}
