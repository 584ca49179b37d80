import { effectId, type Effect } from '../effect/effect.ts'
import { bug } from '../kernel/bug.ts'
import { hour } from '../kernel/instant.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { Task } from '../task/task.ts'
import type { Dependencies } from './dependencies.ts'
import type { PayFromWallet } from './pay-from-wallet.ts'
import type { Ran } from './ran.ts'

type ToppedUp = Extract<Task, { readonly type: 'pay_from_wallet' }>

/** What cannot be paid any more, or not from what there is, is left: the money stays in the wallet, and its owner is told. */
export const payToppedUp = async (
  deps: Pick<Dependencies, 'unitOfWork' | 'clock'> & { readonly payFromWallet: PayFromWallet },
  { intentId, topUpId }: ToppedUp,
): Promise<Ran> => {
  const found = await deps.unitOfWork.read((tx) => tx.intents.find(intentId))
  if (found === undefined) return { result: { intent: 'gone' } }
  const outcome = await deps.payFromWallet({ actor: { type: 'system' }, paymentId: found.value.paymentId })
  if (outcome.ok) return { result: { payment_status: outcome.value.payment.status } }
  const { error } = outcome
  const result = { refused: error.code }
  if (error.code === 'provider_unavailable') return { result, againInMs: error.retryAfterMs }
  if (error.code === 'charge_in_flight') return { result, againInMs: hour }
  if (error.code !== 'payment_already_completed') await tellItIsKept(deps, found.value, topUpId, error.code)
  return { result }
}

/** Once for each top-up, with the reason that was found first: whoever runs this again may find another one. */
const tellItIsKept = (
  { unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>,
  { owner, paymentId, quote }: PendingIntent,
  topUpId: ToppedUp['topUpId'],
  reason: string,
): Promise<void> =>
  unitOfWork.run(async (tx) => {
    const now = clock.now()
    const topUp = (await tx.payments.find(topUpId)) ?? bug(`Payment '${topUpId}' is gone.`)
    const body: Effect = {
      type: 'send_message',
      paymentId,
      message: {
        id: `kept_in_wallet:${topUpId}`,
        to: owner,
        paymentId,
        template: 'kept_in_wallet',
        topUpId,
        reason,
        amount: topUp.value.payment.amount,
        details: quote.details,
      },
    }
    const id = effectId(body)
    if ((await tx.outbox.find(id)) === undefined) await tx.outbox.append([{ id, body, dueAt: now }], now)
  })
