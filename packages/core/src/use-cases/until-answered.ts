import type { Effect } from '../effect/effect.ts'
import { after } from '../kernel/instant.ts'
import type { LiveAttempt } from '../payment/attempt.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'
import { untilMoved } from './until-moved.ts'

/** What is to be done next for somebody who asked for something. */
export type Step<Outcome, About = unknown> =
  | { readonly type: 'answer'; readonly outcome: Outcome }
  | ({ readonly type: 'perform'; readonly work: Leased<Effect> } & About)
  /** Somebody else's call is under way: what comes of it decides. */
  | { readonly type: 'wait'; readonly awaited: LiveAttempt }

/**
 * Goes from step to step until one of them is an answer: each is decided anew, in a transaction, by how things stand then.
 * When the host's patience is over while somebody else's call is still awaited, the answer is what `late` makes of that.
 */
export const untilAnswered = async <Outcome, About>(
  { unitOfWork, clock, settings }: Pick<Dependencies, 'unitOfWork' | 'clock' | 'settings'>,
  {
    next,
    perform,
    late,
  }: {
    readonly next: (tx: Transaction) => Promise<Step<Outcome, About>>
    /** Answers nothing where another step is to be decided. */
    readonly perform: (
      step: Extract<Step<Outcome, About>, { readonly type: 'perform' }>,
    ) => Promise<Outcome | undefined>
    readonly late: (awaited: LiveAttempt) => Outcome
  },
): Promise<Outcome> => {
  const deadline = after(clock.now(), settings.patienceMs)
  for (let round = 0; ; round += 1) {
    const step = await unitOfWork.run(next)
    if (step.type === 'answer') return step.outcome
    if (step.type === 'perform') {
      const outcome = await perform(step)
      if (outcome !== undefined) return outcome
      continue
    }
    if (clock.now() >= deadline) return late(step.awaited)
    await clock.sleep(Math.min(10 * 2 ** Math.min(round, 5), 250))
    await untilMoved({ unitOfWork, clock }, step.awaited, deadline)
  }
}
