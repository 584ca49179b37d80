import { VersionConflict, type Coupon, type CouponCode, type CouponStore, type Discount } from '@holdfast/core'
import { amount, count, exactly, json, jsonText, maybeCount, maybeMoment, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { placeholders, statement, type Value } from '../statement.ts'
import { conditions } from './payment-lists.ts'

const columns = [
  'discount',
  'use_limit',
  'use_limit_per_owner',
  'minimum_minor',
  'minimum_currency',
  'starts_at',
  'ends_at',
  'used',
  'held',
] as const

const select = `SELECT code, version, ${exactly(columns)} FROM holdfast_coupons`
const sql = {
  find: statement(`${select} WHERE code = ?`),
  findLocked: statement(`${select} WHERE code = ? {lock}`),
  // As the index has it: written out, so that the planner sees that it covers all that is asked for.
  countUses: statement(
    `SELECT count(*) AS uses FROM holdfast_order_holds WHERE coupon_code = ? AND owner = ? AND status <> 'released'`,
  ),
  insert: statement(
    `INSERT INTO holdfast_coupons (code, version, ${columns.join(', ')})
     VALUES ${placeholders(1, columns.length + 2)} ON CONFLICT (code) DO NOTHING`,
  ),
  update: statement(
    `UPDATE holdfast_coupons SET version = ?, ${columns.map((column) => `${column} = ?`).join(', ')}
     WHERE code = ? AND version = ?`,
  ),
}

/** Coupons in SQL. That none is used more often than its limit is kept by the table itself; whose uses they are, the holds say. */
export const sqlCouponStore = (session: SqlSession): CouponStore => ({
  async find(code) {
    const [row] = await session.query(session.mode === 'write' ? sql.findLocked : sql.find, [code])
    return row && { value: readCoupon(row), version: count(row, 'version') }
  },
  async list({ limit, after }) {
    const { where, values } = conditions([['code > (SELECT code FROM holdfast_coupons WHERE code = ?)', after]])
    const rows = await session.query(statement(`${select} ${where} ORDER BY code LIMIT ?`), [...values, limit])
    return rows.map(readCoupon)
  },
  async countUses(code, owner) {
    const [row = {}] = await session.query(sql.countUses, [code, owner])
    return count(row, 'uses')
  },
  async save(coupon, expected) {
    const { code } = coupon
    const values = couponValues(coupon)
    const { changes } =
      expected === 0
        ? await session.change(sql.insert, [code, 1, ...values])
        : await session.change(sql.update, [expected + 1, ...values, code, expected])
    if (changes !== 1) throw new VersionConflict(`Coupon '${code}' is not at version ${expected}.`)
  },
})

const couponValues = (coupon: Coupon): readonly Value[] => [
  jsonText(coupon.discount),
  coupon.limit ?? null,
  coupon.limitPerOwner ?? null,
  coupon.minimum?.minorUnits ?? null,
  coupon.minimum?.currency ?? null,
  coupon.startsAt ?? null,
  coupon.endsAt ?? null,
  coupon.used,
  coupon.held,
]

const readCoupon = (row: Row): Coupon => {
  const limit = maybeCount(row, 'use_limit')
  const limitPerOwner = maybeCount(row, 'use_limit_per_owner')
  const startsAt = maybeMoment(row, 'starts_at')
  const endsAt = maybeMoment(row, 'ends_at')
  return {
    code: text(row, 'code') as CouponCode,
    discount: json<Discount>(row, 'discount'),
    ...(limit === undefined ? {} : { limit }),
    ...(limitPerOwner === undefined ? {} : { limitPerOwner }),
    ...(row['minimum_currency'] === null ? {} : { minimum: amount(row, 'minimum') }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(endsAt === undefined ? {} : { endsAt }),
    used: count(row, 'used'),
    held: count(row, 'held'),
  }
}
