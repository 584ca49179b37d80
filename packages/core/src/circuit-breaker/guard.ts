import { err } from '../kernel/result.ts'
import type { Dependencies } from '../use-cases/dependencies.ts'
import type { PerformEffect } from '../use-cases/perform-effect.ts'
import type { StartCheckout } from '../use-cases/start-checkout.ts'
import { guardedEffects } from './guarded-effects.ts'
import { guardedProvider } from './guarded-provider.ts'
import { sharedCircuit, type Circuit } from './shared-circuit.ts'

/** What a circuit breaker puts between the use cases and what they use. */
export interface Guard {
  /** With the provider guarded. While the circuit is open nobody waits for an answer that cannot come. */
  readonly dependencies: Dependencies
  readonly effects: (perform: PerformEffect) => PerformEffect
  /** Answers `provider_unavailable` where a page is being opened that nobody is asking for right now. */
  readonly checkout: (start: StartCheckout) => StartCheckout
}

/** The guard that a host has asked for; without a `circuitBreaker`, one that changes nothing. */
export const guardOf = (dependencies: Dependencies): Guard => {
  const { circuitBreaker, paymentProvider, settings } = dependencies
  if (circuitBreaker === undefined) return { dependencies, effects: (perform) => perform, checkout: (start) => start }
  const circuit = sharedCircuit(circuitBreaker, dependencies)
  return {
    dependencies: {
      ...dependencies,
      paymentProvider: guardedProvider(paymentProvider, circuit),
      settings: {
        ...settings,
        get patienceMs() {
          return circuit.isOpen ? 0 : settings.patienceMs
        },
      },
    },
    effects: (perform) => guardedEffects(perform, dependencies, circuit),
    checkout: (start) => guardedCheckout(start, circuit),
  }
}

const guardedCheckout =
  (start: StartCheckout, circuit: Circuit): StartCheckout =>
  async (request) => {
    await circuit.waitMs()
    const outcome = await start(request)
    if (!outcome.ok || outcome.value.type !== 'pending') return outcome
    const retryAfterMs = await circuit.waitMs()
    return retryAfterMs === undefined ? outcome : err({ code: 'provider_unavailable', retryAfterMs })
  }
