import { registerGauges } from '@holdfast/adapter-observability/prometheus'
import type { Clock, UnitOfWork } from '@holdfast/core'
import type { Registry } from 'prom-client'

/** What `GET /metrics` is answered with. */
export type AnswerMetrics = () => Promise<Response>

/** What this process has counted, and how things stand in the database, for Prometheus. */
export const createMetrics = ({
  registry,
  unitOfWork,
  clock,
}: {
  readonly registry: Registry
  readonly unitOfWork: Pick<UnitOfWork, 'read'>
  readonly clock: Pick<Clock, 'now'>
}): AnswerMetrics => {
  // There is little to count here, and whoever has just paid wants to see it: each scrape is answered with how things stand now.
  registerGauges(unitOfWork, { registry, clock, maxAgeMs: 0 })
  return async () =>
    new Response(await registry.metrics(), {
      headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
    })
}
