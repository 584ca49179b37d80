import { bug } from '../kernel/bug.ts'
import type { OrderId, PaymentId } from '../kernel/ids.ts'
import type { Json } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { decideOrder, evolveOrder, type Order, type OrderCommand, type OrderRefusal } from '../order/order.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { moveCase, type CaseMove } from '../settlement/case-change.ts'
import { actorName, mayTouch } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { claimKey, settleKey, type Keyed, type KeyReused } from './request-key.ts'
import { storeChange } from './store-change.ts'

/** What is answered to whoever changes an order. `Code`: why it will not. */
export type ChangeOrderOutcome<Code extends OrderRefusal['code']> = Result<
  { readonly order: Order },
  KeyReused | { readonly code: 'order_not_found' } | Extract<OrderRefusal, { readonly code: Code }>
>

interface Request extends Keyed {
  readonly orderId: OrderId
}

interface Change {
  /** The use case: what stands in the payment's story, and what a key is kept for. */
  readonly name: string
  readonly data: Readonly<Record<string, Json>>
  readonly command: (at: Order['createdAt']) => OrderCommand
  /** What follows in the same transaction. */
  readonly follow?: (tx: Transaction, order: Order, move: CaseMove) => Promise<void>
}

/** Puts a command to an order that was paid, and tells it in the story of its payment. One that is so already stays as it is. */
export const changeOrder = async <Code extends OrderRefusal['code']>(
  deps: Dependencies,
  request: Request,
  change: Change,
): Promise<ChangeOrderOutcome<Code>> => {
  const known = await deps.unitOfWork.read((tx) => tx.orders.find(request.orderId))
  if (known === undefined || !mayTouch(request.actor, known.value.owner)) return err({ code: 'order_not_found' })
  return deps.unitOfWork.run((tx) => put<Code>(tx, deps, { request, change, paymentId: known.value.paymentId }))
}

const put = async <Code extends OrderRefusal['code']>(
  tx: Transaction,
  deps: Dependencies,
  ask: { readonly request: Request; readonly change: Change; readonly paymentId: PaymentId },
): Promise<ChangeOrderOutcome<Code>> => {
  type Outcome = ChangeOrderOutcome<Code>
  const { request, change, paymentId } = ask
  const { actor, orderId } = request
  const now = deps.clock.now()
  // The payment before the order: whoever locks both locks them in this order.
  const { value: kase, version } = (await tx.payments.find(paymentId)) ?? bug(`Payment '${paymentId}' is gone.`)
  const found = (await tx.orders.find(orderId)) ?? bug(`Order '${orderId}' is gone.`)
  const claim = await claimKey<Outcome>(tx, request, { useCase: change.name, orderId, ...change.data }, now)
  if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
  if (claim.type === 'settled') return claim.outcome

  const decision = decideOrder(found.value, change.command(now))
  if (!decision.ok)
    return settleKey<Outcome>(tx, request, err(decision.refusal as Extract<OrderRefusal, { code: Code }>))
  const order = decision.events.reduce(evolveOrder, found.value)
  if (decision.events.length === 0) return settleKey<Outcome>(tx, request, ok({ order }))
  await tx.orders.save(order, found.version)

  const move = moveCase(kase)
  for (const event of decision.events) move.fact('order', orderId, event)
  await change.follow?.(tx, order, move)
  await storeChange(tx, deps, version, move.done(), {
    now,
    origin: {
      type: 'command',
      about: { type: 'order', id: orderId },
      name: change.name,
      actor: actorName(actor),
      data: change.data,
    },
  })
  return settleKey<Outcome>(tx, request, ok({ order }))
}
