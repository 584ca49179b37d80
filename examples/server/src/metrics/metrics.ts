import { registerGauges } from '@holdfast/adapter-observability/prometheus'
import type { Metrics } from '@holdfast/adapter-http'
import type { Clock, UnitOfWork } from '@holdfast/core'
import type { Registry } from 'prom-client'

/** What this process has counted, and how things stand in the database, for Prometheus. */
export const createMetrics = ({
  registry,
  unitOfWork,
  clock,
}: {
  readonly registry: Registry
  readonly unitOfWork: Pick<UnitOfWork, 'read'>
  readonly clock: Pick<Clock, 'now'>
}): (() => Promise<Metrics>) => {
  // There is little to count here, and whoever has just paid wants to see it: each scrape is answered with how things stand now.
  registerGauges(unitOfWork, { registry, clock, maxAgeMs: 0 })
  return async () => ({ contentType: registry.contentType, body: await registry.metrics() })
}
