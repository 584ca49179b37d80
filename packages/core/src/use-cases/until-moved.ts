import type { Instant } from '../kernel/instant.ts'
import type { LiveAttempt } from '../payment/attempt.ts'
import type { Dependencies } from './dependencies.ts'

/**
 * Waits, by reading only, while somebody else's call is under way: locks are for those who
 * change something. Answers at the deadline at the latest, whether the attempt has moved or not.
 */
export const untilMoved = async (
  { unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>,
  awaited: LiveAttempt,
  deadline: Instant,
): Promise<void> => {
  for (let waitMs = 20; clock.now() < deadline; waitMs = Math.min(waitMs * 2, 250)) {
    const found = await unitOfWork.read((tx) => tx.payments.find(awaited.paymentId))
    const now = found?.value.attempts.find(({ id }) => id === awaited.id)
    if (now === undefined || now.status !== awaited.status) return
    await clock.sleep(waitMs)
  }
}
