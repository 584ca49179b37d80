import { rulesContract } from '@holdfast/core/contracts'
import { everyKind, openTestDatabase, type TestDatabase } from './databases.ts'
import { ledgerOf } from './ledger.ts'

const runs = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 15)

for (const kind of everyKind) {
  let database: Promise<TestDatabase> | undefined
  rulesContract({
    name: `sql on ${kind}`,
    runs,
    open: async () => {
      database ??= openTestDatabase(kind)
      const { unitOfWork, empty } = await database
      await empty()
      return unitOfWork
    },
    ledger: async () => (database === undefined ? [] : ledgerOf(await database)),
    close: async () => (await database)?.close(),
  })
}
