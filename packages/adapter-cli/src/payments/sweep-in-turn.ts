import { isoTime, type Holdfast, type Swept } from '@holdfast/core'
import { NotNow } from '../problem.ts'

/**
 * Sweeps as soon as nobody else does. `waitMs`: how long to wait for whoever does; `onWait` is told once, when that begins.
 *
 * @throws {@link NotNow} when somebody else still sweeps by then. Nothing was asked.
 */
export const sweepInTurn = async (
  { sweep }: Pick<Holdfast, 'sweep'>,
  { waitMs, onWait }: { readonly waitMs: number; readonly onWait: () => void },
): Promise<Swept> => {
  const startedAt = performance.now()
  for (let tries = 1; ; tries += 1) {
    const swept = await sweep()
    if (swept.ok) return swept.value
    const { heldUntil, retryAfterMs } = swept.error
    const leftMs = waitMs - (performance.now() - startedAt)
    if (leftMs <= 0)
      throw new NotNow(
        'sweeping_already',
        `A sweep is under way already, which asks about all of this, and only one goes on at a time. Run this again when it has ended, or with --wait 300, which waits for it. Had its process ended without a word, its place would be free at ${isoTime(heldUntil)}.`,
      )
    if (tries === 1) onWait()
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, retryAfterMs, mostPauseMs)))
  }
}

const mostPauseMs = 1_000
