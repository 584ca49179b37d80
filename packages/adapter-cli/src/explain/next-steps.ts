import { isLive, isoTime, minute, payableUntil, type Effect, type Instant, type Payment } from '@holdfast/core'
import { advice, effectWords, taskWords } from './advice.ts'
import type { OwedWork } from './owed-work.ts'
import type { Story } from './read-story.ts'

/** One thing that will happen, or has to. */
export interface NextStep {
  /** `human`: whoever reads this. `worker`: happens by itself while a worker runs. `owner`: whoever pays. */
  readonly who: 'human' | 'worker' | 'owner'
  /** Not before; absent where no moment is set. */
  readonly at?: Instant
  readonly text: string
}

/** A step as a line: who, when, what. */
export const stepLine = ({ who, at, text }: NextStep): string =>
  `${who === 'human' ? 'HUMAN ' : who.padEnd(6)}  ${at === undefined ? '' : `${isoTime(at)}  `}${text}`

/** What will happen next, and what to do: humans first, then what comes by itself, soonest first. */
export const nextSteps = (story: Story): readonly NextStep[] => {
  const worker = workerSteps(story).toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
  return [...humanSteps(story), ...ownerSteps(story), ...worker]
}

const humanSteps = ({ around, now }: Story): readonly NextStep[] => {
  if (around === undefined) return []
  const { attention, owed, sweep } = around
  const overdue = [...owed.map(({ work }) => work), ...(sweep === undefined ? [] : [sweep])].filter(
    ({ status, dueAt, leasedUntil }) =>
      status === 'waiting' && dueAt < now - lateMs && (leasedUntil === undefined || leasedUntil < now),
  )
  const since = Math.min(...overdue.map(({ dueAt }) => dueAt))
  return [
    ...attention.map(
      ({ code, at }): NextStep => ({
        who: 'human',
        at,
        text: `${code}: ${advice[code].happened} ${advice[code].todo}`,
      }),
    ),
    ...owed
      .filter(({ work }) => work.status === 'dead')
      .map(
        ({ queue, work }): NextStep => ({
          who: 'human',
          text: `${work.id} was given up after ${triesText(work.tries)}: ${sentence(work.lastError ?? 'no reason is kept')} Mend the cause, then have it tried again: "retry" in the staff console, or POST /staff/${queue}/${work.id}/retry.`,
        }),
      ),
    ...(overdue.length > 0
      ? [
          {
            who: 'human' as const,
            text: `Work is overdue since ${new Date(since).toISOString()}: does a worker run? Start one with holdfast worker, and look at its log.`,
          },
        ]
      : []),
    ...(sweep?.status === 'waiting'
      ? []
      : [
          {
            who: 'human' as const,
            text: 'The sweep is not planned: what the provider does not tell is not found. Start a worker, or holdfast start-auto-cleanup.',
          },
        ]),
  ]
}

// A worker looks every half second. What is due for minutes is held by nobody, or by one that hangs.
const lateMs = 5 * minute

const workerSteps = ({ around, kase }: Story): readonly NextStep[] => {
  const looks = [...kase.attempts, ...kase.refunds].flatMap((each): readonly NextStep[] =>
    'lookAt' in each && each.lookAt !== undefined
      ? [{ who: 'worker', at: each.lookAt, text: `The sweep may ask the provider about ${lookedAt(kase, each.id)}.` }]
      : [],
  )
  return [
    ...(around?.owed ?? []).filter(({ work }) => work.status === 'waiting').map(owedStep),
    ...looks,
    ...(around?.sweep?.status === 'waiting'
      ? [{ who: 'worker' as const, at: around.sweep.dueAt, text: 'The next sweep.' }]
      : []),
  ]
}

/** As the list of attempts and refunds counts them. */
const lookedAt = ({ attempts, refunds }: Story['kase'], id: string): string => {
  const at = attempts.findIndex((attempt) => attempt.id === id)
  if (at < 0) return `refund ${refunds.findIndex((refund) => refund.id === id) + 1}`
  return attempts[at]?.status === 'succeeded' ? `the charge of attempt ${at + 1}` : `attempt ${at + 1}`
}

const owedStep = (owed: OwedWork): NextStep => {
  const { tries, lastError, dueAt, id } = owed.work
  const what =
    owed.queue === 'outbox'
      ? effectText(owed.work.body)
      : owed.queue === 'tasks'
        ? taskWords[owed.work.body.type]
        : `apply the event ${id} (${owed.work.body.type})`
  const sofar = lastError === undefined ? '' : ` So far ${triesText(tries)}; the last time: ${sentence(lastError)}`
  return { who: 'worker', at: dueAt, text: `The worker will ${what}.${sofar}` }
}

const effectText = (effect: Effect): string =>
  effect.type === 'send_message' ? `send the owner the message ${effect.message.template}` : effectWords[effect.type]

const triesText = (tries: number): string => (tries === 1 ? '1 try' : `${tries} tries`)

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

const ownerSteps = ({ kase, around, now }: Story): readonly NextStep[] => {
  const { payment, attempts } = kase
  const live = attempts.find(isLive)
  if (live?.status === 'open' && live.closing === undefined)
    return [{ who: 'owner', text: `May pay until ${isoTime(live.expiresAt)}, on the page that is open: ${live.url}` }]
  if (live !== undefined) return []
  const intent = around?.subject.intent
  const endedAt = intent?.status === 'open' ? payableUntil(intent) : undefined
  if (endedAt !== undefined && endedAt <= now && isOpen(payment))
    return [{ who: 'owner', text: `May not pay any more: it could be paid until ${isoTime(endedAt)}.` }]
  const text = ownerText(payment)
  return text === undefined ? [] : [{ who: 'owner', text }]
}

const isOpen = ({ status }: Payment): boolean => status === 'pending' || status === 'failed'

const ownerText = (payment: Payment): string | undefined => {
  if (payment.status === 'pending') return 'May pay: no page is open, and one is opened when they ask for it.'
  if (payment.status !== 'failed') return undefined
  return payment.failure.retryable
    ? 'May try again, with the same card or another: a page is opened when they ask for it.'
    : 'May try again by another means: the one that was tried will not do.'
}
