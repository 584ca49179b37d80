import { sqliteDatabases } from './system/database.ts'
import { runStory } from './run.ts'
import { drawStory } from './workload/story.ts'
const databases = await sqliteDatabases()
const seeds = Number(process.argv[2] ?? 10)
const from = Number(process.argv[3] ?? 0)
const t = Date.now()
let steps = 0
const fails = new Map<string, string[]>()
for (let i = from; i < from + seeds; i += 1) {
  const story = drawStory(`0x${i.toString(16)}`)
  const run = await runStory(story, { databases })
  steps += run.steps
  if (run.failure !== undefined) {
    const key = String(run.failure).replace(/(pay|att|rf|int|res|cs_test|pi|re|evt)_\w+/g, '$1_#').slice(0, 160)
    fails.set(key, [...(fails.get(key) ?? []), story.seed])
    if (seeds < 4) console.log(run.failure, run.lines.slice(-20))
  }
}
for (const [k, v] of fails) console.log(v.length, k, v.slice(0, 5))
console.log(seeds, 'seeds', Date.now() - t, 'ms', steps, 'steps')
databases.dispose()
process.exit(0)
