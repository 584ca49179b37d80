import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@holdfast/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { articles } from '../src/shop/articles.ts'
import { firstCoupons } from '../src/shop/open-shop.ts'
import { readConfig } from '../src/config.ts'
import { startServer } from '../src/server.ts'
import { goods, onShelf, readBooks } from './buyer.ts'
import { createVisitor } from './visitor.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stays-shop-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const start = async () => {
  const config = readConfig({ PORT: '0' }, folder)
  if (!config.ok) throw new Error(config.error.join('\n'))
  return startServer(config.value, silentLogger)
}

it('fills the shelves and makes the coupons at the first start, and never again', async () => {
  const first = await start()
  const atFirst = readBooks({ folder })
  expect(atFirst.shelves).toHaveLength(articles.filter(({ firstStock }) => firstStock !== 'unlimited').length)
  expect(atFirst.coupons.map(({ code }) => code)).toEqual(firstCoupons.map(({ code }) => code))
  const eva = createVisitor(first.url)
  await eva.signIn('staff@example.com')
  const stock = await eva.get('/console/stock')
  await eva.submit(stock, `/console/stock/${goods.jaguar.slug}`, { by: '-1' })
  await eva.submit(await eva.get('/console/coupons'), '/console/coupons', {
    code: 'HOLA10',
    kind: 'percent',
    value: '30',
  })
  await first.drain()

  // What was sold out stays sold out, and terms that staff have changed stay as they are.
  const second = await start()
  const again = createVisitor(second.url)
  await again.signIn('staff@example.com')
  expect((await again.get('/console/coupons')).text).toMatch(/HOLA10 30 %/)
  await second.drain()
  expect(onShelf({ folder }, goods.jaguar.slug)).toEqual([0, 0])
  expect(readBooks({ folder }).shelves.filter(({ article_id: id }) => id !== goods.jaguar.slug)).toEqual(
    atFirst.shelves.filter(({ article_id: id }) => id !== goods.jaguar.slug),
  )
})
