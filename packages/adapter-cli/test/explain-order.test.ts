import { isoTime, ok } from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { expect, it } from 'vitest'
import { nextSteps, stepLine } from '../src/explain/next-steps.ts'
import { readStory } from '../src/explain/read-story.ts'
import { standingLines } from '../src/explain/standing-lines.ts'
import { storyJson } from '../src/explain/story-json.ts'

/** What is told of the payment of an order, before and after it is paid. */
const storyOf = async (w: rules.World, paymentId: Parameters<typeof readStory>[1]) => {
  const host = { ...w, livemode: false, getUnitOfWork: () => w.unitOfWork, getAudited: missing, getOwner: missing }
  const story = await readStory(host, paymentId)
  const steps = nextSteps(story)
  return { lines: standingLines(story), steps: steps.map(stepLine), json: storyJson(story, steps) }
}
const missing = (): never => {
  throw new Error('Not asked for here.')
}

it('tells of an order what it is, and until when it is kept', async () => {
  const w = rules.world()
  const placed = await w.holdfast.placeOrder({
    actor: rules.ana,
    cart: { lines: [{ articleId: 'pattern', quantity: 1 }], currency: rules.mxn(0n).currency },
  })
  expect(placed).toEqual(ok(expect.anything()))
  const [order] = await w.unitOfWork.read((tx) => tx.orders.list({ limit: 1 }))
  if (order === undefined) throw new Error('No order.')
  const until = isoTime(order.expiresAt)
  const pending = await storyOf(w, order.paymentId)
  expect(pending.lines).toContain(`  of       order ${order.id}: pending, until ${until}`)
  expect(pending.steps).toContain(
    `worker  ${until}  The worker will let the order go, its page at the provider first, unless it is paid by then.`,
  )
  expect(pending.json).toMatchObject({ order: { id: order.id, status: 'pending' }, intent: null })
  const page = await w.holdfast.startCheckout({ actor: rules.ana, paymentId: order.paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  await w.provider.payer.pay(page.value.sessionId)
  await w.deliver()
  const paid = await storyOf(w, order.paymentId)
  expect(paid.lines).toContain(`  of       order ${order.id}: completed`)
  expect(paid.steps.join('\n')).not.toContain('let the order go')
})
