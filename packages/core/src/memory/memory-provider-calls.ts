import { day, type Instant } from '../kernel/instant.ts'
import { encodeJson } from '../kernel/json.ts'
import type { Clock } from '../ports/clock.ts'
import type { ChargeReport, PaymentProvider, ProviderAnswer, Unrecognized } from '../ports/payment-provider.ts'

/** The calls of a {@link PaymentProvider}, by name. */
export type ProviderCall = keyof PaymentProvider

/**
 * What can go wrong with a call.
 *
 * `answer_lost`: it is done, and nobody hears of it. `request_lost`: it is not done, and nobody knows.
 * `unreachable`: not connected. `refused`: the provider will not do it. `error_with_effect`, `error_without_effect`: an
 * error is the answer, whether done or not, and the same key repeats it. `unrecognized_status`: done, and reported in a
 * status that nobody knows.
 */
export type ProviderFault =
  | 'answer_lost'
  | 'request_lost'
  | 'unreachable'
  | 'refused'
  | 'error_with_effect'
  | 'error_without_effect'
  | 'unrecognized_status'

/** The wire between a caller and the in-memory provider: where faults strike and idempotency keys are kept. */
export const providerCalls = (clock: Pick<Clock, 'now'>) => {
  const scripted: { readonly call: ProviderCall; readonly fault: ProviderFault }[] = []
  const kept = new Map<string, { readonly asked: string; readonly answer: unknown; readonly at: Instant }>()

  const takeFault = (call: ProviderCall): ProviderFault | undefined => {
    const index = scripted.findIndex((each) => each.call === call)
    return index < 0 ? undefined : scripted.splice(index, 1)[0]?.fault
  }

  const findKept = (key: string) => {
    const found = kept.get(key)
    return found !== undefined && clock.now() - found.at < keyLifeMs ? found : undefined
  }

  /** Does it once per key, and answers every later call with that key as the first was answered. */
  const once = <Report>(
    { call, key, request }: { readonly call: ProviderCall; readonly key: string; readonly request: unknown },
    perform: () => ProviderAnswer<Report>,
  ): ProviderAnswer<Report> => {
    const asked = fingerprint(call, request)
    const before = findKept(key)
    if (before !== undefined) return before.asked === asked ? (before.answer as ProviderAnswer<Report>) : misused(key)
    const answer = perform()
    kept.set(key, { asked, answer, at: clock.now() })
    return answer
  }

  return {
    /** A call that changes something, under a key. */
    keyed: async <Report>(
      call: ProviderCall,
      key: string,
      request: unknown,
      perform: () => ProviderAnswer<Report>,
    ): Promise<ProviderAnswer<Report>> => {
      const fault = takeFault(call)
      const lost = lostOnTheWay<Report>(fault)
      if (lost !== undefined) return lost
      if (fault === 'refused' && findKept(key) === undefined) return refusedAsScripted()
      const answer = once({ call, key, request }, () => underFault(fault, perform))
      return fault === 'answer_lost' ? unheard : answer
    },
    /** A call without a key: each is a question of its own. */
    plain: async <Report>(
      call: ProviderCall,
      perform: () => ProviderAnswer<Report>,
    ): Promise<ProviderAnswer<Report>> => {
      const fault = takeFault(call)
      const lost = lostOnTheWay<Report>(fault)
      if (lost !== undefined) return lost
      if (fault === 'refused') return refusedAsScripted()
      const answer = underFault(fault, perform)
      return fault === 'answer_lost' ? unheard : answer
    },
    script: (call: ProviderCall, fault: ProviderFault): void => void scripted.push({ call, fault }),
    clearScript: (): void => void scripted.splice(0),
  }
}

const keyLifeMs = day

/** The same for the same request, in whatever order its fields come. */
const fingerprint = (call: ProviderCall, request: unknown): string =>
  encodeJson([call, sorted(JSON.parse(encodeJson(request)))])

const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .map(([name, part]) => [name, sorted(part)] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      )

const unheard = { type: 'unknown', answered: false, detail: 'The answer got lost.' } as const

const lostOnTheWay = <Report>(fault: ProviderFault | undefined): ProviderAnswer<Report> | undefined => {
  if (fault === 'unreachable') return { type: 'unreachable', detail: 'Not connected.' }
  return fault === 'request_lost' ? unheard : undefined
}

const underFault = <Report>(
  fault: ProviderFault | undefined,
  perform: () => ProviderAnswer<Report>,
): ProviderAnswer<Report> => {
  if (fault === 'error_without_effect') return failed
  const answer = perform()
  if (fault === 'error_with_effect') return failed
  if (fault !== 'unrecognized_status' || answer.type !== 'reported') return answer
  return { type: 'reported', report: inOddStatus(answer.report) }
}

/** The report, or every report in it, in a status that nobody knows. A list of cards has no status. */
const inOddStatus = <Report>(report: Report): Report => {
  if (Array.isArray(report)) return report
  const state: Unrecognized = { type: 'unrecognized', status: 'a_status_from_the_future' }
  const odd = (each: object): object => ({ ...each, state })
  const { refunds, disputes } = report as Partial<ChargeReport>
  return (
    refunds === undefined || disputes === undefined
      ? odd(report as object)
      : { ...report, refunds: refunds.map(odd), disputes: disputes.map(odd) }
  ) as Report
}

const failed = { type: 'unknown', answered: true, detail: 'The provider answered with an error of its own.' } as const

const refusedAsScripted = <Report>(): ProviderAnswer<Report> => ({
  type: 'refused',
  failure: { code: 'provider_rejected', retryable: false, detail: 'Refused as the script has it.' },
})

/** Something happened under this key, so this is no proof that nothing did. */
const misused = <Report>(key: string): ProviderAnswer<Report> => ({
  type: 'unknown',
  answered: true,
  detail: `The idempotency key '${key}' was used for another request before.`,
})
