import type { Effect, ProviderEvent, Queue, QueueName, Task, Transaction, Work } from '@holdfast/core'
import type { Hono } from 'hono'
import type { Desk, Env } from '../pages/desk.ts'
import { keyOf } from '../pages/forms.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { consoleNotice, staffOf } from './staff.ts'
import { queueNames, workPage, workStatuses, type ListedWork } from './work-page.ts'

/** What waits in the database, and what was given up. */
export const workRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork } = desk

  app.get('/console/work/:queue', async (c) => {
    const visitor = c.get('visitor')
    const queue = queueNames.find((name) => name === c.req.param('queue'))
    if (queue === undefined) return show(c, notFoundPage(visitor), 404)
    const status = workStatuses.find((each) => each === c.req.query('status')) ?? 'waiting'
    const work = await unitOfWork.read((tx) => list(tx, queue, status))
    return show(
      c,
      workPage(visitor, signedIn(c), {
        queue,
        status,
        work,
        notice: consoleNotice(c),
        hasQueueBoard: desk.queueBoard !== undefined,
      }),
    )
  })

  app.post('/console/work/:queue/retry', async (c) => {
    const queue = queueNames.find((name) => name === c.req.param('queue'))
    if (queue === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const fields = c.get('fields')
    const { id: workId = '' } = fields
    const retried = await holdfast.retryWork({ actor: staffOf(desk, c), queue, workId, ...keyOf(fields) })
    return c.redirect(`/console/work/${queue}?${retried.ok ? 'done=retryDone' : 'status=dead&problem=retryGone'}`, 303)
  })
}

const longestList = 100

const list = async (
  tx: Transaction,
  queue: QueueName,
  status: Work<unknown>['status'],
): Promise<readonly ListedWork[]> => {
  const filter = { status, limit: longestList }
  switch (queue) {
    case 'tasks':
      return listed(await tx.tasks.list(filter), (task: Task) => ({ what: task.type }))
    case 'outbox':
      return listed(await tx.outbox.list(filter), ({ type, paymentId }: Effect) => ({ what: type, paymentId }))
    case 'inbox':
      return listed(await (status === 'done' ? recent(tx) : tx.inbox.list(filter)), ({ type }: ProviderEvent) => ({
        what: type,
      }))
  }
}

/** What was applied is best read newest first. */
const recent = async (tx: Transaction): Promise<Awaited<ReturnType<Queue<ProviderEvent>['list']>>> =>
  (await tx.inbox.listRecent(longestList)).filter(({ status }) => status === 'done')

const listed = <Body>(
  works: readonly Work<Body>[],
  tell: (body: Body) => Pick<ListedWork, 'what' | 'paymentId'>,
): readonly ListedWork[] => works.map(({ body, ...work }) => ({ ...work, ...tell(body) }))
