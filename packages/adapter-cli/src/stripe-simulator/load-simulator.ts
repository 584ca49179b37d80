import type * as StripeSimulator from '@holdfast/stripe-simulator'
import { PackageMissing } from '../problem.ts'

/** What the simulator is started with, and what it is once it listens. */
export type { Deliver, ServeOptions, SimulatorServer } from '@holdfast/stripe-simulator'

/** All that the simulator's package exports. */
export type SimulatorPackage = typeof StripeSimulator

/** Loads the simulator, an optional peer, and not before it is asked for. @throws {@link PackageMissing} where it is not installed. */
export const loadSimulator = async (): Promise<SimulatorPackage> => {
  try {
    return await import('@holdfast/stripe-simulator')
  } catch (error) {
    // A package that the simulator itself lacks is another matter.
    if (!isMissing(error, '@holdfast/stripe-simulator')) throw error
    throw new PackageMissing(
      'The simulator is a package of its own, and is not installed here. Install it beside @holdfast/adapter-cli:\n\n  npm install --save-dev @holdfast/stripe-simulator',
      { cause: error },
    )
  }
}

const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  error.message.includes(`package '${name}'`)
