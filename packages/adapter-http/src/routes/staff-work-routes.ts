import type { Attention, Queue, QueueName, Transaction } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import { pageOf, paging, timeOrNull } from '../wire/parts.ts'
import { attentionAnswer, resolvedAnswer, revivedAnswer, showAttention, showWork, worksAnswer } from '../wire/staff.ts'
import { refused, reply, route, type Route } from './route.ts'

const tag = 'Staff'

type Rows = Omit<Queue<{ readonly type: string }>, 'append'>

const queueRoutes = (queue: QueueName, what: string): readonly Route[] => {
  const of = (tx: Transaction): Rows => tx[queue]
  return [
    route({
      name: `list_${queue}`,
      method: 'get',
      path: `/staff/${queue}`,
      tag,
      summary: `${what}, longest due first.`,
      who: 'staff',
      query: z.strictObject({ ...paging, status: z.enum(['waiting', 'done', 'dead']).default('waiting') }),
      answers: { 200: worksAnswer },
      refusals: [],
      handle: async ({ query: { limit, after, status } }, { unitOfWork, clock }) => {
        const { found, depth } = await unitOfWork.read(async (tx) => ({
          found: await of(tx).list({ status, limit: limit + 1, ...(after === undefined ? {} : { after }) }),
          depth: await of(tx).depth(clock.now()),
        }))
        const { rows, next_cursor } = pageOf(found, limit, ({ id }) => id)
        const { waiting, dead, oldestDueAt } = depth
        return reply(200, {
          items: rows.map(showWork),
          next_cursor,
          depth: { waiting, dead, oldest_due_at: timeOrNull(oldestDueAt) },
        })
      },
    }),
    route({
      name: `retry_${queue}`,
      method: 'post',
      path: `/staff/${queue}/{id}/retry`,
      tag,
      summary: 'Makes a piece that was given up wait again, its tries forgotten. Who did it is kept.',
      who: 'staff',
      id: 'work',
      keyed: true,
      answers: { 200: revivedAnswer },
      refusals: ['work_not_found', 'idempotency_key_reused'],
      handle: async ({ actor, id, keyed }, { holdfast }) => {
        const outcome = await holdfast.retryWork({ actor, queue, workId: id, ...keyed })
        return outcome.ok ? reply(200, { id, status: 'waiting' as const }) : refused(outcome.error)
      },
    }),
  ]
}

const listAttention = route({
  name: 'list_attention',
  method: 'get',
  path: '/staff/attention',
  tag,
  summary: 'What only a human can settle, newest first, with what to do about it.',
  who: 'staff',
  query: z.strictObject({ limit: paging.limit }),
  answers: { 200: attentionAnswer },
  refusals: [],
  handle: async ({ query: { limit }, words }, { unitOfWork }) => {
    const found = await unitOfWork.read(async (tx) => {
      const items = await tx.attention.list(limit)
      const withPayment = async (item: Attention) => ({
        item,
        kase: item.paymentId === undefined ? undefined : (await tx.payments.find(item.paymentId))?.value,
      })
      return Promise.all(items.map(withPayment))
    })
    return reply(200, { items: found.map(({ item, kase }) => showAttention(item, kase, words)) })
  },
})

const resolveAttention = route({
  name: 'resolve_attention',
  method: 'post',
  path: '/staff/attention/{id}/resolve',
  tag,
  summary: 'Takes an item off that list. Who did it is kept.',
  who: 'staff',
  id: 'attention',
  keyed: true,
  answers: { 200: resolvedAnswer },
  refusals: ['attention_not_found', 'idempotency_key_reused'],
  handle: async ({ actor, id, keyed }, { holdfast }) => {
    const outcome = await holdfast.resolveAttention({ actor, attentionId: id, ...keyed })
    return outcome.ok
      ? reply(200, { id, status: 'resolved' as const, resolved_by: outcome.value.resolvedBy })
      : refused(outcome.error)
  },
})

/** What runs in the background, what was given up, and what needs a human. */
export const staffWorkRoutes: readonly Route[] = [
  ...queueRoutes('outbox', 'Effects decided and not yet performed'),
  ...queueRoutes('inbox', 'Events received and not yet applied'),
  ...queueRoutes('tasks', 'Work of our own that waits for its time'),
  listAttention,
  resolveAttention,
]
