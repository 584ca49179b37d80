import { describe, expect, it } from 'vitest'
import { accept, unchanged } from '../src/kernel/decision.ts'
import type { ArticleId, CouponCode } from '../src/kernel/ids.ts'
import { decideHold, evolveHold, type Held, type Hold, type HoldCommand, type HoldEvent } from '../src/order/hold.ts'
import { answersOf } from './every-status.ts'

const mugs: Held = { of: 'stock', articleId: 'mug' as ArticleId, quantity: 3 }
const coupon: Held = { of: 'coupon', code: 'TEN' as CouponCode }

describe.each([
  ['units of an article', mugs],
  ['a use of a coupon', coupon],
])('a hold of %s', (_name, held) => {
  const states = (['held', 'consumed', 'released'] as const).map((status): Hold => ({ ...held, status }))
  const answers = answersOf<Hold, HoldCommand, HoldEvent>({ states, decide: decideHold, evolve: evolveHold })

  it('is taken for good once, and not after it was given back', () => {
    expect(answers({ type: 'consume' })).toEqual({
      'consumed → consumed': ['held'],
      unchanged: ['consumed'],
      hold_released: ['released'],
    })
  })

  it('is given back once, and not after it was taken', () => {
    expect(answers({ type: 'release' })).toEqual({
      'released → released': ['held'],
      hold_consumed: ['consumed'],
      unchanged: ['released'],
    })
  })

  it('stays a hold of the same', () => {
    const hold: Hold = { ...held, status: 'held' }
    expect(evolveHold(hold, { type: 'consumed' })).toStrictEqual({ ...held, status: 'consumed' })
    expect(evolveHold(hold, { type: 'released' })).toStrictEqual({ ...held, status: 'released' })
    expect(decideHold(hold, { type: 'consume' })).toEqual(accept([{ type: 'consumed' }]))
    expect(decideHold({ ...held, status: 'consumed' }, { type: 'consume' })).toEqual(unchanged)
  })
})
