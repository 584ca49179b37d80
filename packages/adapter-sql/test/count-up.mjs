// Run by two-processes.test.ts as a process of its own: reads a number in the database and writes one more, many times.
import { openSql } from '@holdfast/adapter-sql'
import { samples } from '@holdfast/core/contracts'

const [location = '', times = ''] = process.argv.slice(2)
const { unitOfWork, close } = openSql(JSON.parse(location), { busyTimeoutMs: 60_000, maxTries: 1_000 })

for (let time = 0; time < Number(times); time += 1)
  await unitOfWork.run(async (tx) => {
    const found = await tx.intents.find(samples.intentId('counter'))
    if (found === undefined) throw new Error('There is no counter.')
    await tx.intents.save({ ...found.value, payload: Number(found.value.payload) + 1 }, found.version)
  })
await close()
