import type { GaugeReading, UnitOfWork } from '@holdfast/core'
import { Gauge, Registry } from 'prom-client'

/** What `GET /metrics` is answered with. */
export type AnswerMetrics = () => Promise<Response>

/**
 * How things stand, for Prometheus. What a gauge says is counted in the database when it is asked, so that every process
 * says the same, and none remembers what is no longer so.
 */
export const createMetrics = (unitOfWork: Pick<UnitOfWork, 'read'>): AnswerMetrics => {
  const registry = new Registry()
  const all = gauges.map(({ name, help, of }) => ({ of, gauge: new Gauge({ name, help, registers: [registry] }) }))
  return async () => {
    const reading = await unitOfWork.read((tx) => tx.gauges.read())
    for (const { of, gauge } of all) gauge.set(of(reading))
    return new Response(await registry.metrics(), {
      headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
    })
  }
}

const gauges: readonly {
  readonly name: string
  readonly help: string
  readonly of: (reading: GaugeReading) => number
}[] = [
  {
    name: 'holdfast_failed_payments',
    help: 'Payments that nobody has paid yet, and whose last attempt failed.',
    of: ({ failedPayments }) => failedPayments,
  },
  {
    name: 'holdfast_payment_retries',
    help: 'Attempts beyond the first, over all payments that can still be paid.',
    of: ({ retries }) => retries,
  },
  {
    name: 'holdfast_open_intents',
    help: 'Intents that wait for their payment.',
    of: ({ openIntents }) => openIntents,
  },
  {
    name: 'holdfast_ghost_records',
    help: 'Records that exist without a succeeded payment. Anything but 0 is wrong.',
    of: ({ ghostRecords }) => ghostRecords,
  },
]
