import type { ArticleId, CouponCode, Transaction } from '@holdfast/core'
import { afterAll, expect, it } from 'vitest'
import { checkUntold } from '../src/oracle/untold.ts'
import { sqliteDatabases } from '../src/system/database.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const articleId = 'mug' as ArticleId
const coupon = { code: 'TENTH' as CouponCode, discount: { type: 'percent', percent: 10 }, limit: 2 } as const

it.each<readonly [string, ((tx: Transaction) => Promise<void>) | undefined, string | undefined]>([
  ['nothing', undefined, undefined],
  ['more of an article', (tx) => tx.stock.save({ articleId, onHand: 3, held: 0 }, 0), undefined],
  ['an article that is held for nobody', (tx) => tx.stock.save({ articleId, onHand: 3, held: 1 }, 0), 'A7'],
  ['a coupon', (tx) => tx.coupons.save({ ...coupon, used: 0, held: 0 }, 0), undefined],
  ['a coupon that nobody has used', (tx) => tx.coupons.save({ ...coupon, used: 1, held: 0 }, 0), 'A7'],
])('looks at what no fact tells of: %s', async (_what, work, rule) => {
  const database = await databases.open()
  const { unitOfWork } = database.connect({
    now: () => 0,
    sleep: async () => {},
    startTimer: () => () => {},
    random: () => 0,
    gate: async () => {},
    busy: (promise) => promise,
    count: () => {},
  })
  if (work !== undefined) await unitOfWork.run(work)
  if (rule === undefined) expect(() => checkUntold(database)).not.toThrow()
  else expect(() => checkUntold(database)).toThrow(rule)
  await database.close()
})
