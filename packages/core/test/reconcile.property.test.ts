import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Crash, crashing } from '../src/contracts/rules/crashing.ts'
import { brokenAlways, brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { play } from '../src/contracts/rules/play.ts'
import { step, type Step } from '../src/contracts/rules/step.ts'
import { planned } from '../src/contracts/rules/world.ts'
import { after, day, minute } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { auditedWorld, type AuditedWorld } from './reconcile-world.ts'

/** Tells a story to its end, as the rules do: with no more faults and crashes, everything comes to rest by itself. */
const atRest = async (
  steps: readonly Step[],
  webhooksAtTheEnd: boolean,
  between: (w: AuditedWorld) => Promise<unknown> = async () => {},
) => {
  const crash = crashing(memoryUnitOfWork())
  const w = auditedWorld({ unitOfWork: crash })
  await planned(w)
  for (const [index, doing] of steps.entries())
    try {
      await play(w, crash, doing, index)
      await between(w)
    } catch (error) {
      if (!(error instanceof Crash) && !(error instanceof RangeError)) throw error
    }
  crash.calm()
  w.provider.faults.clear()
  for (const { id, state, kind } of w.provider.truth.attempts())
    if (kind === 'hosted' && state.type === 'processing') await w.provider.payer.settle(id, 'paid')
  if (webhooksAtTheEnd) await w.deliver()
  await w.pass(2 * day, 20 * minute)
  await w.pass(200 * day, 2 * day)
  return w
}

const runs = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 30)

it(
  'finds nothing after any story that has come to rest, and the same money on both sides',
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), fc.boolean(), async (steps, webhooks) => {
        const w = await atRest(steps, webhooks)
        const period = { from: after(w.clock.now(), -5_000 * day) }
        const { drift, sums, compared, unheard } = await w.reconcile(period)
        expect({ drift, unheard }).toEqual({ drift: [], unheard: 0 })
        for (const { charged, refunded } of sums)
          expect([charged.here, refunded.here]).toEqual([charged.there, refunded.there])
        for (const { there, here } of Object.values(compared)) expect(here).toBe(there)
        expect(compared.sessions.there).toBe(w.provider.truth.attempts().filter(({ kind }) => kind === 'hosted').length)
        // Nor is there anything to mend, nor anything that mending would break.
        expect(await w.reconcile({ ...period, fix: true })).toEqual({ ...(await w.reconcile(period)), fix: true })
      }),
      { numRuns: runs },
    ),
  runs * 10_000 + 60_000,
)

it(
  'breaks no rule by mending at any moment of any story, however young what it mends',
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), fc.boolean(), async (steps, webhooks) => {
        const w = await atRest(steps, webhooks, async (now) => {
          await now.clock.advance(1)
          await now.reconcile({ fix: true, graceMs: 0 })
          expect(await brokenAlways(now)).toEqual([])
        })
        expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
      }),
      { numRuns: runs },
    ),
  runs * 10_000 + 60_000,
)
