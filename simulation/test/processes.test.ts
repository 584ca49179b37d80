import { expect, inject, it } from 'vitest'
import { databaseKinds } from '../processes/database.ts'
import { playRound } from '../processes/round.ts'
import { seed } from '../processes/scenario.ts'

it.each(databaseKinds)(
  'real processes keep every rule while they are killed, paused and lied to: %s',
  { timeout: 240_000 },
  async (kind) => {
    console.log(`[processes] PROCESSES_SEED=${seed}`)
    const { mischiefs } = await playRound({ seed, kind, pgAdminUrl: inject('pgAdminUrl'), seconds: 6 })
    expect(mischiefs).toBeGreaterThan(0)
  },
)
