import { nothingAround, type AroundWork, type WorkPiece } from '@holdfast/core'
import type { Tracer } from '@opentelemetry/api'
import { inSpan } from './span.ts'

/**
 * To be Holdfast's `aroundWork`: a span around each piece of work that is done in the background, `holdfast.apply_event`,
 * `holdfast.perform_effect` or `holdfast.run_task`, over its transactions and its calls to the provider, with what it is under
 * `holdfast.work.type` and `holdfast.work.id`. What fails is an error, and is tried again. Looking for work that is not there has no
 * span. Without a tracer it does nothing but the work.
 */
export const traceWork = (tracer: Tracer | undefined): AroundWork =>
  tracer === undefined
    ? nothingAround
    : ({ queue, id, type }, work) =>
        inSpan(tracer, { name: names[queue], attributes: { 'holdfast.work.type': type, 'holdfast.work.id': id } }, work)

const names = {
  inbox: 'holdfast.apply_event',
  outbox: 'holdfast.perform_effect',
  tasks: 'holdfast.run_task',
} as const satisfies Record<WorkPiece['queue'], string>
