import { unitOfWorkContract } from '@holdfast/core/contracts'
import { silentLogger, type UnitOfWork } from '@holdfast/core'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { Registry } from 'prom-client'
import type { SqlDatabase } from '@holdfast/adapter-sql'
import { logFacts } from '../src/index.ts'
import { traceUnitOfWork } from '../src/opentelemetry.ts'
import { countFacts } from '../src/prometheus.ts'
import { empty, everyKind, openTestDatabase } from './databases.ts'
import { listenToSpans } from './spans.ts'

// A unit of work that is watched is one all the same.
const watched = (unitOfWork: UnitOfWork): UnitOfWork =>
  traceUnitOfWork(
    countFacts(logFacts(unitOfWork, silentLogger), { registry: new Registry() }),
    listenToSpans().tracer,
    { requireParentSpan: false },
  )

unitOfWorkContract({ name: 'memory, watched', open: async () => watched(memoryUnitOfWork()) })

for (const kind of everyKind) {
  let database: Promise<SqlDatabase> | undefined
  unitOfWorkContract({
    name: `sql on ${kind}, watched`,
    open: async () => {
      database ??= openTestDatabase(kind)
      await empty(await database)
      return watched((await database).unitOfWork)
    },
    close: async () => (await database)?.close(),
  })
}
