import { instant, type Clock } from '@holdfast/core'
import type { Simulator } from '@holdfast/stripe-simulator'

/**
 * The simulator's clock as the application's: when it is moved, everything in the application that waits for a day moves
 * with it. Waiting itself takes real time, so that nobody waits for a clock that stands still.
 */
export const simulatorClock = (simulator: Pick<Simulator, 'nowMs'>): Clock => ({
  now: () => instant(Math.floor(simulator.nowMs())),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
})
