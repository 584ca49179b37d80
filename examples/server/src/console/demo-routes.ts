import { available, day, hour, second, taskId, type Instant, type Transaction, type UnitOfWork } from '@holdfast/core'
import type { Hono } from 'hono'
import { formatMoment } from '../language/format.ts'
import type { Desk, Env } from '../pages/desk.ts'
import { notFoundPage } from '../pages/problem-page.ts'
import { articleIdOf, articles, isSent } from '../shop/articles.ts'
import { readToSend } from '../shop/order-money.ts'
import { SimulatorUnreachable, webhookModes, type DemoControl } from '../stripe/demo-control.ts'
import { readFigures } from './figures.ts'
import { consoleNotice } from './staff.ts'
import { overviewPage, type Counted } from './overview-page.ts'

/** How things stand, and the levers of the demonstration where there are any. */
export const demoRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, unitOfWork, clock, circuit, demo, holdfast } = desk

  app.get('/console', async (c) => {
    const visitor = c.get('visitor')
    const now = clock.now()
    const { depths, ...seen } = await unitOfWork.read(async (tx) => ({
      depths: {
        tasks: await tx.tasks.depth(now),
        outbox: await tx.outbox.depth(now),
        inbox: await tx.inbox.depth(now),
      },
      sweep: await tx.tasks.find(taskId({ type: 'sweep' })),
      attention: atMost((await tx.attention.list(mostCounted + 1)).length),
      toSend: await countToSend(tx),
      soldOut: await countSoldOut(tx),
      gauges: await tx.gauges.read(),
    }))
    const levers = demo === undefined ? undefined : { ledgerUrl: demo.ledgerUrl, mode: await modeWhereKnown(demo) }
    const moved =
      c.req.query('clock') === 'moved'
        ? ({ tone: 'good', text: visitor.t.console.advanced(formatMoment(visitor.language, now)) } as const)
        : undefined
    const mode =
      levers?.mode !== undefined && c.req.query('webhooks') === 'set'
        ? visitor.t.console.webhooksDone(visitor.t.console.webhookModes[levers.mode])
        : undefined
    const notice = moved ?? (mode === undefined ? consoleNotice(c) : ({ tone: 'good', text: mode } as const))
    return show(
      c,
      overviewPage(visitor, signedIn(c), {
        now,
        depths,
        ...seen,
        circuit: await circuit.read('payment_provider'),
        figures: await readFigures(holdfast, now),
        nextDueAt: await nextBalanceDueAt(unitOfWork),
        demo: levers,
        hasQueueBoard: desk.queueBoard !== undefined,
        notice,
      }),
    )
  })

  app.post('/console/demo/clock', async (c) => {
    const ms = demo === undefined ? undefined : await stepMs(unitOfWork, demo, c.get('fields')['by'])
    if (demo === undefined || ms === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    await demo.advance(ms)
    // What has fallen due is done before the page says so, as far as that goes in a few rounds; the worker does the rest.
    for (let round = 0; round < 10 && (await holdfast.workOnce()) > 0; round += 1);
    return c.redirect('/console?clock=moved', 303)
  })

  app.post('/console/demo/webhooks', async (c) => {
    const mode = webhookModes.find((each) => each === c.get('fields')['mode'])
    if (demo === undefined || mode === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    await demo.setWebhookMode(mode)
    return c.redirect('/console?webhooks=set', 303)
  })
}

/** How webhooks are sent; `undefined` while the simulator does not answer, when everything else is to be seen all the more. */
const modeWhereKnown = (demo: DemoControl): Promise<Awaited<ReturnType<DemoControl['readWebhookMode']>> | undefined> =>
  demo.readWebhookMode().catch((error: unknown) => {
    if (error instanceof SimulatorUnreachable) return undefined
    throw error
  })

/** More than these are not counted one by one: it is said that there are more. */
const mostCounted = 100

const atMost = (found: number): Counted => ({ count: Math.min(found, mostCounted), isMore: found > mostCounted })

const countToSend = async (tx: Transaction): Promise<Counted> => {
  const { cases, isMore } = await readToSend(tx)
  return { count: cases.length, isMore }
}

const countSoldOut = async (tx: Transaction): Promise<number> => {
  const stocks = await tx.stock.list({ limit: 500 })
  const canBeHad = new Set<string>(stocks.filter((stock) => available(stock) > 0).map(({ articleId }) => articleId))
  return articles.filter((article) => isSent(article) && !canBeHad.has(articleIdOf(article))).length
}

const stepMs = async (
  unitOfWork: UnitOfWork,
  demo: DemoControl,
  by: string | undefined,
): Promise<number | undefined> => {
  switch (by) {
    case 'hour':
      return hour
    case 'day':
      return day
    case 'due': {
      const dueAt = await nextBalanceDueAt(unitOfWork)
      // By the simulator's own clock: ours may be a moment behind one that was just moved, and would move it twice.
      return dueAt === undefined ? undefined : Math.max(0, dueAt - (await demo.readClockMs())) + second
    }
    case undefined:
    default:
      return undefined
  }
}

/** The first moment at which a balance will be charged by itself. */
const nextBalanceDueAt = async (unitOfWork: UnitOfWork): Promise<Instant | undefined> => {
  const waiting = await unitOfWork.read((tx) => tx.tasks.list({ status: 'waiting', limit: 500 }))
  return waiting.find(({ body }) => body.type === 'charge_balance')?.dueAt
}
