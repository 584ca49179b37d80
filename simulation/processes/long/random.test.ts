import { expect, inject, it } from 'vitest'
import { playRound } from '../round.ts'
import { databasesToRun, seed } from '../scenario.ts'

const minutes = Number(process.env['PROCESSES_MINUTES'] ?? 1)
const roundSeconds = 20

it(`random kills and pauses for ${minutes} minutes`, { timeout: minutes * 60_000 + 300_000 }, async () => {
  const untilMs = Date.now() + minutes * 60_000
  const total = { rounds: 0, mischiefs: 0, opened: 0, paid: 0, booked: 0, unheard: 0 }
  for (; Date.now() < untilMs; total.rounds += 1) {
    const kind = databasesToRun[total.rounds % databasesToRun.length] ?? 'sqlite'
    const options = { seed: `${seed}/${total.rounds}`, kind, seconds: roundSeconds }
    const round = await playRound({ ...options, pgAdminUrl: inject('pgAdminUrl') })
    for (const name of ['mischiefs', 'opened', 'paid', 'booked', 'unheard'] as const) total[name] += round[name]
    console.log(`PROCESSES_SEED=${options.seed} ${kind} ${JSON.stringify(round)}`)
  }
  console.log(JSON.stringify(total))
  expect(total.paid).toBeGreaterThan(0)
})
