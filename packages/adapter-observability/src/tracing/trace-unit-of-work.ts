import { AsyncResource } from 'node:async_hooks'
import type { UnitOfWork } from '@holdfast/core'
import { trace, type Tracer } from '@opentelemetry/api'
import { inSpan } from './span.ts'

/** What can be said of a database that is traced. */
export interface TraceUnitOfWorkOptions {
  /** Which it is, as OpenTelemetry names it: `sqlite`, `postgresql`. */
  readonly system?: string
  /**
   * Whether a transaction has a span only inside another. Default: true, or a worker that looks for work twice a second would
   * begin a trace each time.
   */
  readonly requireParentSpan?: boolean
}

/**
 * The same unit of work, with a span around each transaction, `holdfast.transaction`: from when it is asked for until its
 * commit, with `holdfast.transaction.mode` (`read`, `write`) and, under `holdfast.transaction.retries`, how often its work was run
 * again. Without a tracer it is what it was.
 */
export const traceUnitOfWork = (
  unitOfWork: UnitOfWork,
  tracer: Tracer | undefined,
  { system, requireParentSpan = true }: TraceUnitOfWorkOptions = {},
): UnitOfWork => {
  if (tracer === undefined) return unitOfWork
  const traced =
    (mode: 'read' | 'write', transact: UnitOfWork['run']): UnitOfWork['run'] =>
    (work) => {
      if (requireParentSpan && trace.getActiveSpan() === undefined) return transact(work)
      const attributes = {
        'holdfast.transaction.mode': mode,
        ...(system === undefined ? {} : { 'db.system.name': system }),
      }
      return inSpan(tracer, { name: 'holdfast.transaction', attributes }, (span) => {
        let runs = 0
        // An adapter may run it in somebody else's turn: what is traced in it belongs to this span all the same.
        const inThisSpan = new AsyncResource('HoldfastTransaction')
        return transact((tx) => {
          runs += 1
          return inThisSpan.runInAsyncScope(work, undefined, tx)
        }).finally(() => span.setAttribute('holdfast.transaction.retries', Math.max(0, runs - 1)))
      })
    }
  return {
    run: traced('write', (work) => unitOfWork.run(work)),
    read: traced('read', (work) => unitOfWork.read(work)),
  }
}
