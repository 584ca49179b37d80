import { sweepCountsOf, taskId } from '@holdfast/core'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CommitListener, TaskMove } from '../facts/commit.ts'

/** Counts sweeps that this process has run as a task, as their outcome is committed. */
export const sweepCounters = (registry: Registry): CommitListener => {
  const registers = [registry]
  const runs = new Counter({
    name: 'holdfast_sweep_runs_total',
    help: 'Sweeps that were run to their end, or failed on the way.',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of ['completed', 'failed']) runs.inc({ outcome }, 0)
  const [asked, moved, failed, recovered] = [
    new Counter({
      name: 'holdfast_sweep_asked_total',
      help: 'Attempts, charges and refunds that sweeps have asked the provider about.',
      registers,
    }),
    new Counter({
      name: 'holdfast_sweep_moved_total',
      help: 'Of those that were asked about, those that had moved without our knowing.',
      registers,
    }),
    new Counter({
      name: 'holdfast_sweep_failed_total',
      help: 'Of those that were asked about, those that could not be heard of.',
      registers,
    }),
    new Counter({
      name: 'holdfast_sweep_recovered_total',
      help: 'Events that the provider has told and nobody had heard, taken in by sweeps.',
      registers,
    }),
  ]
  const durations = new Histogram({
    name: 'holdfast_sweep_duration_seconds',
    help: 'How long a sweep took that was run to its end.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
    registers,
  })
  const lastRun = new Gauge({
    name: 'holdfast_sweep_last_run_timestamp_seconds',
    help: 'When a sweep of this process was last run to its end, in seconds since 1970. Absent: not since it started.',
    registers,
  })
  lastRun.remove()

  // Tasks are taken up several at a time and run one after the other: one begins when the one before it has ended.
  let batch: { readonly leases: ReadonlyMap<string, number>; since: number } | undefined

  const note = (move: TaskMove): void => {
    if (move.type === 'taken' || batch?.leases.get(move.id) !== move.lease) return
    const now = performance.now()
    const took = (now - batch.since) / 1_000
    batch.since = now
    if (move.id !== sweepId) return
    batch = undefined
    runs.inc({ outcome: move.type === 'finished' ? 'completed' : 'failed' })
    if (move.type !== 'finished') return
    durations.observe(took)
    lastRun.set(move.at / 1_000)
    const counts = sweepCountsOf(move.result)
    asked.inc(counts.asked)
    moved.inc(counts.moved)
    failed.inc(counts.failed)
    recovered.inc(counts.recovered)
  }

  return ({ tasks }) => {
    const taken = new Map(tasks.flatMap(({ type, id, lease }) => (type === 'taken' ? [[id, lease] as const] : [])))
    if (taken.has(sweepId)) batch = { leases: taken, since: performance.now() }
    tasks.forEach(note)
  }
}

const sweepId = taskId({ type: 'sweep' })
