import { effectId, type Effect } from '../effect/effect.ts'
import { hour } from '../kernel/instant.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { Task } from '../task/task.ts'
import type { Dependencies } from './dependencies.ts'
import type { PayFromWallet } from './pay-from-wallet.ts'
import type { Ran } from './ran.ts'

/** What cannot be paid any more, or not from what there is, is left: the money stays in the wallet, and its owner is told. */
export const payToppedUp = async (
  deps: Pick<Dependencies, 'unitOfWork' | 'clock'> & { readonly payFromWallet: PayFromWallet },
  { intentId }: Extract<Task, { readonly type: 'pay_from_wallet' }>,
): Promise<Ran> => {
  const found = await deps.unitOfWork.read((tx) => tx.intents.find(intentId))
  if (found === undefined) return { result: { intent: 'gone' } }
  const outcome = await deps.payFromWallet({ actor: { type: 'system' }, paymentId: found.value.paymentId })
  if (outcome.ok) return { result: { payment_status: outcome.value.payment.status } }
  const { error } = outcome
  const result = { refused: error.code }
  if (error.code === 'provider_unavailable') return { result, againInMs: error.retryAfterMs }
  if (error.code === 'charge_in_flight') return { result, againInMs: hour }
  if (error.code !== 'payment_already_completed') await tellItIsKept(deps, found.value, error.code)
  return { result }
}

const tellItIsKept = (
  { unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>,
  { id, owner, paymentId, quote }: PendingIntent,
  reason: string,
): Promise<void> =>
  unitOfWork.run(async (tx) => {
    const now = clock.now()
    const { amount, details } = quote
    const body: Effect = {
      type: 'send_message',
      paymentId,
      message: {
        id: `kept_in_wallet:${id}`,
        to: owner,
        paymentId,
        template: 'kept_in_wallet',
        reason,
        amount,
        details,
      },
    }
    await tx.outbox.append([{ id: effectId(body), body, dueAt: now }], now)
  })
