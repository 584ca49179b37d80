import { readCouponCode, type Coupon, type Order, type Transaction } from '@holdfast/core'
import type { Hono } from 'hono'
import { latinDigits } from '../language/latin-digits.ts'
import type { Ask, Desk, Env } from '../pages/desk.ts'
import { keyOf } from '../pages/forms.ts'
import type { Notice } from '../pages/layout.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { articleIdOf, findArticle } from '../shop/articles.ts'
import { readCases } from '../shop/read-orders.ts'
import { couponsPage } from './coupons-page.ts'
import { readCouponForm } from './read-coupon-form.ts'
import { consoleNotice, staffOf } from './staff.ts'
import { stockPage } from './stock-page.ts'

/** What is on the shelves of the shop, and its coupons. */
export const shelfRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork } = desk

  app.get('/console/stock', async (c) => {
    const list = await unitOfWork.read((tx) => tx.stock.list({ limit: 500 }))
    const stocks = new Map(list.map((stock) => [stock.articleId as string, stock]))
    return show(c, stockPage(c.get('visitor'), signedIn(c), { stocks, notice: consoleNotice(c) }))
  })

  app.post('/console/stock/:slug', async (c) => {
    const article = findArticle(c.req.param('slug'))
    if (article === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const fields = c.get('fields')
    const by = readDifference(fields['by'] ?? '')
    if (by === undefined) return c.redirect('/console/stock?problem=not_a_quantity', 303)
    const outcome = await holdfast.adjustStock({
      actor: staffOf(desk, c),
      articleId: articleIdOf(article),
      by,
      ...keyOf(fields),
    })
    return c.redirect(`/console/stock?${outcome.ok ? 'done=adjustDone' : `problem=${outcome.error.code}`}`, 303)
  })

  app.get('/console/coupons', async (c) => {
    const code = readCouponCode(c.req.query('code') ?? '')
    const view = await unitOfWork.read(async (tx) => {
      const coupon = code === undefined ? undefined : (await tx.coupons.find(code))?.value
      return {
        coupons: await tx.coupons.list({ limit: 200 }),
        chosen: coupon === undefined ? undefined : { coupon, orders: await readCases(tx, await listUses(tx, coupon)) },
      }
    })
    return show(c, couponsPage(c.get('visitor'), signedIn(c), { ...view, notice: couponNotice(c) }))
  })

  app.post('/console/coupons', async (c) => {
    const read = readCouponForm(c.get('fields'))
    if (!read.ok) return c.redirect(`/console/coupons?wrong=${read.error.field}`, 303)
    const outcome = await holdfast.defineCoupon({ actor: staffOf(desk, c), terms: read.value })
    const told = outcome.ok
      ? 'done=couponDone'
      : outcome.error.code === 'coupon_not_sound'
        ? `wrong=${outcome.error.field}`
        : `problem=${outcome.error.code}`
    return c.redirect(`/console/coupons?code=${encodeURIComponent(read.value.code)}&${told}`, 303)
  })
}

/** A whole number with or without its sign, but not 0; `undefined` for anything else. */
const readDifference = (text: string): number | undefined => {
  const digits = latinDigits(text.trim()).replace('−', '-')
  return /^[+-]?\d{1,6}$/.test(digits) && Number(digits) !== 0 ? Number(digits) : undefined
}

/** Of the newest orders, those that a coupon was used for or is kept for. */
const listUses = async (tx: Transaction, { code }: Coupon): Promise<readonly Order[]> =>
  (await tx.orders.list({ limit: 500 }))
    .filter(({ holds }) =>
      holds.some((hold) => hold.of === 'coupon' && hold.code === code && hold.status !== 'released'),
    )
    .slice(0, 50)

const couponNotice = (c: Ask): Notice | undefined => {
  const field = c.req.query('wrong')
  return field === undefined
    ? consoleNotice(c)
    : { tone: 'bad', text: c.get('visitor').t.console.couponInvalid(field.slice(0, 40)) }
}
