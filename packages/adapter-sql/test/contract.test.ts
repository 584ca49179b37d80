import { unitOfWorkContract } from '@holdfast/core/contracts'
import { everyKind, openTestDatabase, type TestDatabase } from './databases.ts'

for (const kind of everyKind) {
  let database: Promise<TestDatabase> | undefined
  unitOfWorkContract({
    name: `sql on ${kind}`,
    open: async () => {
      database ??= openTestDatabase(kind)
      const { unitOfWork, empty } = await database
      await empty()
      return unitOfWork
    },
    close: async () => (await database)?.close(),
  })
}
