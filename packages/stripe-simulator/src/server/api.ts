import { emitWarning } from 'node:process'
import type { FaultKind } from '../engine/tables.ts'
import type { CurrentRequest, World } from '../engine/world.ts'
import { takeFault, usualLagMs, type CallSummary } from '../faults/faults.ts'
import { areas } from '../resources/index.ts'
import type { RecordedAnswer } from '../wire/answer.ts'
import { expandObject, type Includables, type References } from '../wire/expand.ts'
import type { RawObject } from '../wire/form.ts'
import { findKept, keepAnswer, keyInUse, rowId, type KeyedCall } from '../wire/idempotency.ts'
import { createRouter, type RouteMatch } from '../wire/routes.ts'
import { StripeError } from '../wire/stripe-error.ts'
import { authenticate } from './authenticate.ts'
import {
  brokenAnswer,
  codeOf,
  FaultyRefusal,
  headersOf,
  rateLimited,
  readRaw,
  record,
  toRecorded,
  toResponse,
  truncated,
  unrecognised,
  waitOrAbort,
  withFault,
  type FullAnswer,
  type Trace,
} from './call-answers.ts'
import type { Outcome, Sleep } from './outcome.ts'

/** A fault for one call, decided on the spot. */
export interface ChosenFault {
  readonly kind: FaultKind
  readonly ms?: number
  readonly retryAfterS?: number
}

/** What the API needs besides the world. */
export interface ApiOptions {
  readonly world: World
  readonly sleep: Sleep
  /** Asked before the armed faults, for every call; undefined lets the call be. */
  readonly chooseFault: ((call: CallSummary) => ChosenFault | undefined) | undefined
  /** Called before each call is looked at: lets what is due happen first. */
  readonly catchUp: () => void
}

/** Answers `/v1/…` as Stripe would. */
export const createApi = ({ world, sleep, chooseFault, catchUp }: ApiOptions) => {
  const find = createRouter(areas.flatMap(({ routes }) => routes))
  const references: References = Object.assign({}, ...areas.map((area) => area.references))
  const includables: Includables = Object.assign({}, ...areas.map((area) => area.includables))
  const inFlight = new Set<string>()

  return async (request: Request, url: URL, publicUrl: string): Promise<Outcome> => {
    const text = await request.text()
    catchUp()
    const { method } = request
    const path = url.pathname
    const key = method === 'POST' ? request.headers.get('idempotency-key') || null : null
    const requestId = world.newId('req', 14)
    const trace: Trace = { requestId, key, path, method, fault: null }

    try {
      const { livemode } = authenticate(world, request, path)
      const match = find(method, path)
      if (match === undefined) throw unrecognised(method, path)
      const raw = readRaw(request, method === 'POST' ? text : url.search.slice(1))
      const keyed: KeyedCall | undefined = key === null ? undefined : { key, livemode, method, path, raw }
      const lock = keyed === undefined ? undefined : rowId(keyed.key, livemode)
      if (lock !== undefined && inFlight.has(lock)) throw keyInUse(key ?? '')

      const replay = keyed !== undefined && findKept(world, keyed) !== undefined
      const isList = method === 'GET' && !match.route.path.endsWith('}')
      const call: CallSummary = { method, path, idempotencyKey: key, replay, isList }
      const fault = chooseFault?.(call) ?? takeFault(world, call)
      const faulty: Trace = { ...trace, fault: fault?.kind ?? null }
      const waitMs = fault?.ms ?? 0
      if (fault?.kind === 'timeout_before_effect') {
        record(world, faulty, { status: null, errorCode: null, replayed: false, executed: false })
        await waitOrAbort(sleep, waitMs, request)
        return { type: 'dropped' }
      }
      if (fault?.kind === '429') throw rateLimited(faulty, fault.retryAfterS ?? null)
      if (fault?.kind === '409_key_in_use') throw withFault(keyInUse(key ?? ''), faulty)
      if (fault?.kind === 'latency') {
        if (lock !== undefined) inFlight.add(lock)
        try {
          await waitOrAbort(sleep, waitMs, request)
        } finally {
          if (lock !== undefined) inFlight.delete(lock)
        }
        catchUp()
      }

      const listLagMs = fault?.kind === 'list_lag' ? (fault.ms ?? usualLagMs) : 0
      const context: CurrentRequest = { id: requestId, idempotencyKey: key, livemode, listLagMs, publicUrl }
      const answer = world.during(context, () => execute(match, raw, keyed, faulty))
      const response = toResponse(answer, world.nowMs())
      if (fault?.kind === 'timeout_after_effect') {
        await waitOrAbort(sleep, waitMs, request)
        return { type: 'dropped' }
      }
      if (fault?.kind === 'reset_after_headers') return { type: 'reset', response }
      if (fault?.kind === 'malformed_json') return { type: 'answer', response: truncated(answer) }
      return { type: 'answer', response }
    } catch (error) {
      if (!(error instanceof StripeError)) throw error
      const { fault } = error instanceof FaultyRefusal ? error.trace : trace
      const answer = { ...toRecorded(error), headers: { ...headersOf(trace), ...error.headers } }
      record(
        world,
        { ...trace, fault },
        { status: error.status, errorCode: error.body.code ?? null, replayed: false, executed: false },
      )
      return { type: 'answer', response: toResponse(answer, world.nowMs()) }
    }
  }

  function execute(match: RouteMatch, raw: RawObject, keyed: KeyedCall | undefined, trace: Trace): FullAnswer {
    return world.transaction(() => {
      const kept = keyed === undefined ? undefined : findKept(world, keyed)
      if (kept !== undefined) {
        record(world, trace, {
          status: kept.answer.status,
          errorCode: codeOf(kept.answer),
          replayed: true,
          executed: false,
        })
        return {
          ...kept.answer,
          headers: { ...headersOf(trace), 'idempotent-replayed': 'true', 'original-request': kept.requestId },
        }
      }
      const broken = trace.fault === '500_no_effect' || trace.fault === '500_not_kept'
      const result = broken ? { answer: brokenAnswer, keep: trace.fault === '500_no_effect' } : run(match, raw)
      const answer = trace.fault === '500_with_effect' && result.keep ? brokenAnswer : result.answer
      if (keyed !== undefined && result.keep) keepAnswer(world, keyed, trace.requestId, answer)
      record(world, trace, {
        status: answer.status,
        errorCode: codeOf(answer),
        replayed: false,
        executed: result.keep && !broken,
      })
      return { ...answer, headers: headersOf(trace) }
    })
  }

  // Runs the call; what it changed stays only where it succeeded, or failed in a way that leaves its marks.
  function run(
    { route, values }: RouteMatch,
    raw: RawObject,
  ): { readonly answer: RecordedAnswer; readonly keep: boolean } {
    try {
      return world.transaction(() => {
        try {
          const { object, expand } = route.run(world, values, raw)
          const body = expandObject(world, object, expand, references, includables)
          return { answer: { status: 200, body: JSON.stringify(body) }, keep: true }
        } catch (error) {
          if (error instanceof StripeError && error.effect === 'executed')
            return { answer: toRecorded(error), keep: true }
          throw error
        }
      })
    } catch (error) {
      if (error instanceof StripeError) return { answer: toRecorded(error), keep: error.effect === 'refused' }
      emitWarning(error instanceof Error ? error : String(error), 'StripeSimulatorBug')
      return { answer: brokenAnswer, keep: false }
    }
  }
}
