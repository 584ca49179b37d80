import type { Readable } from '../system/database.ts'
import { Violation, type RuleName } from './violation.ts'

/**
 * What is looked at after a commit that tells no fact: what may have changed all the same, as when there is more of an article or a
 * coupon is given anew. One question, for there are ten such commits for each that tells something.
 *
 * @throws {@link Violation} A1, A7, A8
 */
export const checkUntold = (database: Readable): void => {
  const [wrong] = database.query<{ readonly rule: RuleName; readonly what: string }>(untold)
  if (wrong !== undefined) throw new Violation(wrong.rule, wrong.what)
}

const untold = `
  SELECT 'A7' AS rule, 'of ' || article_id || ', ' || held || ' are held of ' || on_hand || ', and no fact tells of it' AS what
    FROM holdfast_stock AS stock
    WHERE on_hand < held OR held <> (
      SELECT COALESCE(SUM(quantity), 0) FROM holdfast_order_holds WHERE article_id = stock.article_id AND status = 'held'
    )
  UNION ALL SELECT 'A7', 'coupon ' || code || ' is used ' || used || ' and held ' || held || ' times, and no fact tells of it'
    FROM holdfast_coupons AS coupon
    WHERE used + held > use_limit
      OR used <> (SELECT COUNT(*) FROM holdfast_order_holds WHERE coupon_code = code AND status = 'consumed')
      OR held <> (SELECT COUNT(*) FROM holdfast_order_holds WHERE coupon_code = code AND status = 'held')
  UNION ALL SELECT 'A8', 'the wallet of ' || owner || ' holds ' || balance_minor || ', and no fact tells of it'
    FROM holdfast_wallets AS wallet
    WHERE balance_minor < 0 OR balance_minor <> (
      SELECT COALESCE(SUM(change_minor), 0) FROM holdfast_ledger
      WHERE account = 'wallet' AND owner = wallet.owner AND currency = wallet.currency
    )
  UNION ALL SELECT 'A1', id || ' is open and has no session, and no fact tells of it'
    FROM holdfast_attempts WHERE status = 'open' AND provider_id IS NULL`
