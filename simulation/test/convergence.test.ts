import { expect, it } from 'vitest'
import { createConvergence } from '../src/oracle/convergence.ts'
import type { Readable } from '../src/system/database.ts'
import { addUp, convergence, type Report } from '../src/report.ts'

const hour = 3_600_000
const having = (...ids: readonly string[]): Readable => ({
  query: <Row>() => ids.map((id) => ({ id })) as readonly unknown[] as readonly Row[],
})
const fact = (payment: string, about: string, name: string) => ({
  at: 0,
  payment_id: payment,
  type: 'fact',
  about_type: about,
  about_id: 'x',
  name,
  data: '{}',
})

it('measures from healing to the last move of what was there', () => {
  let nowMs = 0
  const made = createConvergence(having('pay_1'), { now: () => nowMs })
  const at = (ms: number, ...entry: Parameters<typeof fact>): void => {
    nowMs = ms
    made.follow([fact(...entry)])
  }
  at(hour, 'pay_1', 'payment', 'captured')
  expect(made.ms).toBe(0)
  nowMs = 2 * hour
  made.healed()
  expect(made.ms).toBe(0)
  at(3 * hour, 'pay_1', 'payment', 'captured')
  at(4 * hour, 'pay_2', 'payment', 'captured')
  at(5 * hour, 'pay_1', 'reservation', 'completed')
  at(6 * hour, 'pay_1', 'attempt', 'looked')
  expect(made.ms).toBe(hour)
})

it('tells the median and the greatest of all runs together', () => {
  const report = (converged: Report['converged']): Report => ({
    seeds: 1,
    steps: 0,
    commands: 0,
    virtualMs: 0,
    counts: {},
    failures: {},
    code: 0,
    converged,
  })
  expect(convergence(addUp([report({ 0: 2, 10: 1 }), report({ 10: 1, 9: 1, 100: 1 })]))).toEqual({
    median: 9,
    greatest: 100,
  })
  expect(convergence(report({}))).toBeUndefined()
})
