import { expect, it } from 'vitest'
import { addUp, type Report } from '../src/report.ts'
import { isIn, parseShare } from '../src/workers.ts'

it('gives every seed to exactly one of several workers', () => {
  const shares = [0, 1, 2].map((index) => ({ index, of: 3 }))
  for (let count = 0; count < 10; count += 1) expect(shares.filter((share) => isIn(share, count))).toHaveLength(1)
})

it('reads which share it was given', () => {
  expect(parseShare('1/2')).toEqual({ index: 1, of: 2 })
  for (const wrong of ['2/2', '1', '-1/2', '0/0', '1/2/3', '']) expect(parseShare(wrong)).toBeUndefined()
})

it('adds up what several workers did, and ends as badly as the worst of them', () => {
  const report = (seeds: number, code: number): Report => ({
    seeds,
    steps: 10,
    commands: 5,
    virtualMs: 1_000,
    counts: { crash: seeds, [`only ${seeds}`]: 1 },
    converged: { 0: 1, [seeds]: 1 },
    failures: code === 0 ? {} : { 'A1: #': ['0x1'] },
    code,
  })
  expect(addUp([report(2, 0), report(3, 129)])).toEqual({
    seeds: 5,
    steps: 20,
    commands: 10,
    virtualMs: 2_000,
    counts: { crash: 5, 'only 2': 1, 'only 3': 1 },
    converged: { 0: 2, 2: 1, 3: 1 },
    failures: { 'A1: #': ['0x1'] },
    code: 129,
  })
})
