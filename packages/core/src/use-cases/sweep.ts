import { effectId, type Effect } from '../effect/effect.ts'
import type { RefundId } from '../kernel/ids.ts'
import { minute } from '../kernel/instant.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Dependencies } from './dependencies.ts'
import type { PerformEffect } from './perform-effect.ts'

/** What one sweep saw. `nextInMs`: when to sweep again. */
export interface Swept {
  readonly asked: number
  /** Of those, how many had moved at the provider without our knowing. */
  readonly moved: number
  readonly failed: number
  readonly nextInMs: number
}
export type Sweep = () => Promise<Swept>

/**
 * Asks the provider about everything that may move there and is due for a look, even where its payment has ended here:
 * attempts that are alive, refunds on their way, and what has become of every charge. With webhooks off for ever, this alone
 * brings everything to its right end.
 *
 * Reads through an index, in batches, a few calls at a time. Again in 5 minutes where it found something, in 15 where all
 * was as expected, in 10 after an error.
 */
export const sweep =
  (deps: Dependencies & { readonly perform: PerformEffect }): Sweep =>
  async () => {
    let asked = 0
    let moved = 0
    let failed = 0
    for (;;) {
      const before = asked
      const effects = await due(deps)
      if (effects.length === 0) break
      for (let start = 0; start < effects.length; start += callsAtOnce) {
        const seen = await Promise.all(effects.slice(start, start + callsAtOnce).map((effect) => look(deps, effect)))
        asked += seen.filter((outcome) => outcome !== 'busy').length
        moved += seen.filter((outcome) => outcome === 'moved').length
        failed += seen.filter((outcome) => outcome === 'failed').length
      }
      // What somebody else is asking about right now is still due, and would come again at once.
      if (failed > 0 || effects.length < batch || asked === before) break
    }
    return { asked, moved, failed, nextInMs: failed > 0 ? 10 * minute : moved > 0 ? 5 * minute : 15 * minute }
  }

const batch = 100
const callsAtOnce = 4

type Look = Extract<Effect, { readonly type: 'look_up_attempt' | 'look_up_charge' | 'look_up_refund' }>

const due = ({ unitOfWork, clock }: Dependencies): Promise<readonly Look[]> =>
  unitOfWork.read(async (tx) => {
    const now = clock.now()
    const attempts = await tx.payments.listDueAttempts(now, batch)
    const charges = await tx.payments.listDueCharges(now, batch)
    const refunds = await tx.payments.listDueRefunds(now, batch)
    return [
      ...attempts.map((target): Look => ({ type: 'look_up_attempt', ...target })),
      ...charges.map((target): Look => ({ type: 'look_up_charge', ...target })),
      ...refunds.map(
        ({ paymentId, refundId }): Look => ({ type: 'look_up_refund', paymentId, refundId: refundId as RefundId }),
      ),
    ]
  })

/** Stores the question as an effect and performs it at once, so that it is asked once however many sweep. */
const look = async (
  { unitOfWork, clock, settings, perform, logger }: Dependencies & { readonly perform: PerformEffect },
  effect: Look,
): Promise<'same' | 'moved' | 'failed' | 'busy'> => {
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
