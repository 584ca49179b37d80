import type { Json } from '../kernel/json.ts'

/** What a sweep that was run as a task has counted. */
export interface SweepCounts {
  /** What the provider was asked about. */
  readonly asked: number
  /** Of that, what had moved there without our knowing. */
  readonly moved: number
  /** Of that, what could not be heard of. */
  readonly failed: number
  /** Events that the provider had told and nobody had heard. */
  readonly recovered: number
}

/** Reads the counts off what a sweep's task came to. What it says nothing of is 0. */
export const sweepCountsOf = (result: Json | undefined): SweepCounts => ({
  asked: countIn(result, 'asked'),
  moved: countIn(result, 'moved'),
  failed: countIn(result, 'failed'),
  recovered: countIn(result, 'recovered'),
})

const countIn = (result: Json | undefined, name: keyof SweepCounts): number => {
  const count: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, name) : undefined
  return typeof count === 'number' ? count : 0
}
