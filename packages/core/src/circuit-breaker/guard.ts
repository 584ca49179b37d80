import { err, type Result } from '../kernel/result.ts'
import type { Dependencies } from '../use-cases/dependencies.ts'
import type { PerformEffect } from '../use-cases/perform-effect.ts'
import type { ProviderUnavailable } from '../use-cases/list-payment-methods.ts'
import type { PaymentProvider } from '../ports/payment-provider.ts'
import type { ProviderAudit } from '../ports/provider-audit.ts'
import { guardedEffects } from './guarded-effects.ts'
import { guardedAudit, guardedEventHistory } from './guarded-lists.ts'
import { guardedProvider } from './guarded-provider.ts'
import { sharedCircuit, type Circuit } from './shared-circuit.ts'

/** What a circuit breaker puts between the use cases and what they use. */
export interface Guard {
  /** With the provider and its history guarded. While the circuit is open nobody waits for an answer that cannot come. */
  readonly dependencies: Dependencies
  readonly effects: (perform: PerformEffect) => PerformEffect
  /** Answers `provider_unavailable` where something is under way that nobody is asking for right now. */
  readonly patience: <Request, Value extends { readonly type: string }, Refusal>(
    pay: Paying<Request, Value, Refusal>,
  ) => Paying<Request, Value, Refusal>
}

/** A use case that leads to money, or answers `pending` where it cannot tell yet. */
type Paying<Request, Value extends { readonly type: string }, Refusal> = (
  request: Request,
) => Promise<Result<Value, Refusal | ProviderUnavailable>>

/** The guard that a host has asked for; without a `circuitBreaker`, one that changes nothing. */
export const guardOf = (dependencies: Dependencies): Guard => {
  const { circuitBreaker, paymentProvider, eventHistory, settings } = dependencies
  if (circuitBreaker === undefined) return { dependencies, effects: (perform) => perform, patience: (pay) => pay }
  const circuit = sharedCircuit(circuitBreaker, dependencies)
  return {
    dependencies: {
      ...dependencies,
      paymentProvider: guardedProvider(paymentProvider, circuit),
      ...(eventHistory === undefined ? {} : { eventHistory: guardedEventHistory(eventHistory, circuit) }),
      settings: {
        ...settings,
        get patienceMs() {
          return circuit.isOpen ? 0 : settings.patienceMs
        },
      },
    },
    effects: (perform) => guardedEffects(perform, dependencies, circuit),
    patience: (pay) => patient(pay, circuit),
  }
}

/** What `reconcile` asks a provider through: all that it holds, and by name what is missing in that. */
export interface Audited {
  readonly audit: ProviderAudit
  readonly paymentProvider: PaymentProvider
}

/** The same, guarded by the circuit breaker that a host has: the one that `createHoldfast` was given. */
export const guardedAudited = ({
  audit,
  paymentProvider,
  circuitBreaker,
  ...rest
}: Audited & Pick<Dependencies, 'circuitBreaker' | 'clock' | 'ids' | 'logger'>): Audited => {
  if (circuitBreaker === undefined) return { audit, paymentProvider }
  const circuit = sharedCircuit(circuitBreaker, rest)
  return { audit: guardedAudit(audit, circuit), paymentProvider: guardedProvider(paymentProvider, circuit) }
}

const patient =
  <Request, Value extends { readonly type: string }, Refusal>(
    pay: Paying<Request, Value, Refusal>,
    circuit: Circuit,
  ): Paying<Request, Value, Refusal> =>
  async (request) => {
    await circuit.waitMs()
    const outcome = await pay(request)
    if (!outcome.ok || outcome.value.type !== 'pending') return outcome
    const retryAfterMs = await circuit.waitMs()
    return retryAfterMs === undefined ? outcome : err({ code: 'provider_unavailable', retryAfterMs })
  }
