import type { UnitOfWork } from '@holdfast/core'
import type { Registry } from 'prom-client'
import { observeCommits } from '../facts/observe-commits.ts'
import { paymentCounters } from './payment-counters.ts'
import { sweepCounters } from './sweep-counters.ts'

/**
 * The same unit of work, which counts in `registry` what it keeps: attempts to pay, successes and failures, refunds, and sweeps
 * that ran. Each fact once, after its commit, whether a request, a webhook or the worker brought it about.
 *
 * A process counts what it commits itself, so every process is to be scraped, and sums are Prometheus' to make.
 *
 * @throws when something is registered under one of its names already: one registry counts for one unit of work.
 */
export const countFacts = (unitOfWork: UnitOfWork, { registry }: { readonly registry: Registry }): UnitOfWork => {
  const listeners = [paymentCounters(registry), sweepCounters(registry)]
  return observeCommits(unitOfWork, (commit) => {
    for (const listener of listeners) listener(commit)
  })
}
