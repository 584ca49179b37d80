import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { text } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { getObject, idOf } from './references.ts'

/** A movement of money on the account, in the smallest unit; negative when it leaves. */
export interface BalanceChange {
  readonly type: 'adjustment' | 'charge' | 'refund' | 'refund_failure'
  readonly amount: number
  readonly fee: number
  readonly currency: string
  readonly source: string
  readonly description: string | null
}

/** Writes a movement of money down. */
export const recordBalanceChange = (world: World, change: BalanceChange): Stripe.BalanceTransaction => {
  const { type, amount, fee, currency, source, description } = change
  const id = world.newId('txn')
  return world.put('balance_transaction', id, {
    id,
    object: 'balance_transaction',
    amount,
    // Card money arrives after two days on a standard schedule.
    available_on: world.now() + 2 * 24 * 60 * 60,
    balance_type: 'payments',
    created: world.now(),
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: type === 'adjustment' ? 'dispute' : type,
    source,
    status: 'pending',
    type,
  })
}

/** The calls on balance transactions. */
export const balanceTransactionRoutes: readonly Route[] = [
  route('GET', '/v1/balance_transactions/{id}', {}, (world, _, { id = '' }) =>
    getObject(world, 'balance_transaction', id),
  ),
  route(
    'GET',
    '/v1/balance_transactions',
    { ...paging, created: createdFilter(), currency: text(), source: text(), type: text() },
    (world, params) =>
      listObjects(world, {
        table: 'balance_transaction',
        url: '/v1/balance_transactions',
        params,
        where: (each) =>
          (params.currency === undefined || each.currency === params.currency) &&
          (params.source === undefined || idOf(each.source) === params.source) &&
          (params.type === undefined || each.type === params.type),
      }),
  ),
]
