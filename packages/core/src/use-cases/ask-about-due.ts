import { effectId, type Effect } from '../effect/effect.ts'
import type { RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Dependencies } from './dependencies.ts'
import type { PerformEffect } from './perform-effect.ts'
import type { StillMine } from './sweep-place.ts'

/** What came of asking. */
export interface AskedAboutDue {
  readonly asked: number
  /** Of those, how many had moved at the provider without our knowing. */
  readonly moved: number
  /** Of those, how many could not be heard of. */
  readonly failed: number
}

/** The use case {@link askAboutDue}, wired. */
export type AskAboutDue = (stillMine: StillMine) => Promise<AskedAboutDue>

/** What {@link askAboutDue} needs. */
export interface AskAboutDueDependencies extends Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings' | 'logger'> {
  readonly perform: PerformEffect
}

/**
 * Asks the provider about everything that was due for a look as this began, each thing at most once, for as long as `stillMine` says so.
 *
 * Reads through an index, in batches, longest due first, a few calls at a time. What cannot be heard of is passed over, and the
 * rest is asked about all the same; unless it is the provider that is away: its circuit is open, or nothing in a whole
 * batch was heard of. What is left then stays due.
 */
export const askAboutDue =
  (deps: AskAboutDueDependencies): AskAboutDue =>
  async (stillMine) => {
    const dueAt = deps.clock.now()
    let [asked, moved, failed] = [0, 0, 0]
    let passed: ReadonlySet<string> = new Set()
    let stillDue = 0
    for (;;) {
      const listed = await listDue(deps, dueAt, batch + stillDue)
      const effects = listed.filter((effect) => !passed.has(effectId(effect)))
      const { outcomes, isOver } = await lookAtEach(deps, effects, stillMine)
      const count = (which: Outcome): number => outcomes.filter((outcome) => outcome === which).length
      const unheard = count('failed') + count('not_asked')
      asked += outcomes.length - count('busy')
      moved += count('moved')
      failed += unheard
      // What was not heard of is still due, and so is what somebody else is asking about: it comes first again.
      stillDue = listed.length - effects.length + unheard + count('busy')
      passed = new Set(listed.map(effectId))
      if (isOver || effects.length < batch || stillDue >= mostPassed) break
      if (unheard > 0 && unheard === outcomes.length - count('busy')) break
    }
    return { asked, moved, failed }
  }

const batch = 100
const callsAtOnce = 4
// Each is listed again with every batch. So many are not the trouble of some few things any more.
const mostPassed = 1_000

type Look = Extract<Effect, { readonly type: 'look_up_attempt' | 'look_up_charge' | 'look_up_refund' }>

/** `busy`: somebody else is asking. `not_asked`: the provider is left alone for now. */
type Outcome = 'same' | 'moved' | 'failed' | 'not_asked' | 'busy'

const listDue = (
  { unitOfWork }: Pick<Dependencies, 'unitOfWork'>,
  dueAt: Instant,
  limit: number,
): Promise<readonly Look[]> =>
  unitOfWork.read(async (tx) => {
    const attempts = await tx.payments.listDueAttempts(dueAt, limit)
    const charges = await tx.payments.listDueCharges(dueAt, limit)
    const refunds = await tx.payments.listDueRefunds(dueAt, limit)
    return [
      ...attempts.map((target): Look => ({ type: 'look_up_attempt', ...target })),
      ...charges.map((target): Look => ({ type: 'look_up_charge', ...target })),
      ...refunds.map(
        ({ paymentId, refundId }): Look => ({ type: 'look_up_refund', paymentId, refundId: refundId as RefundId }),
      ),
    ]
  })

/** `isOver`: nobody is to be asked anything more. */
const lookAtEach = async (
  deps: AskAboutDueDependencies,
  effects: readonly Look[],
  stillMine: StillMine,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly isOver: boolean }> => {
  const outcomes: Outcome[] = []
  for (let start = 0; start < effects.length; start += callsAtOnce) {
    if (!(await stillMine())) return { outcomes, isOver: true }
    const seen = await Promise.all(effects.slice(start, start + callsAtOnce).map((effect) => look(deps, effect)))
    outcomes.push(...seen)
    if (seen.includes('not_asked')) return { outcomes, isOver: true }
  }
  return { outcomes, isOver: false }
}

/** Stores the question as an effect and performs it at once, so that it is asked once however many ask. */
const look = async (
  { unitOfWork, clock, settings, perform, logger }: AskAboutDueDependencies,
  effect: Look,
): Promise<Outcome> => {
  const id = effectId(effect)
  const before = await unitOfWork.run(async (tx) => {
    const now = clock.now()
    await tx.outbox.append([{ id, body: effect, dueAt: now }], now)
    const work = await tx.outbox.take(id, { now, leaseMs: settings.leaseMs })
    return work === undefined ? undefined : { work, kase: (await tx.payments.find(effect.paymentId))?.value }
  })
  if (before === undefined) return 'busy'
  try {
    const performed = await perform(before.work, undefined, before.kase)
    if (performed.type === 'postponed' && performed.because === 'not_asked') return 'not_asked'
    if (performed.type !== 'done') return 'failed'
    return performed.kase !== undefined && statusesOf(performed.kase) !== statusesOf(before.kase) ? 'moved' : 'same'
  } catch (error) {
    logger.log('error', 'sweep_look_failed', {
      effect: id,
      detail: error instanceof Error ? error.message : String(error),
    })
    return 'failed'
  }
}

const statusesOf = (kase: PaymentCase | undefined): string => {
  if (kase === undefined) return ''
  const { payment, attempts, refunds } = kase
  const disputes = attempts.flatMap((attempt) => (attempt.status === 'succeeded' ? attempt.disputes : []))
  return [payment, ...attempts, ...refunds, ...disputes].map(({ status }) => status).join(' ')
}
