import { expect, it } from 'vitest'
import { ana, mxn, world } from '../src/contracts/rules/world.ts'
import { hour, type AroundWork } from '../src/index.ts'

/** A world that tells of each piece of work when it begins, and of each that fails. */
const watched = () => {
  const told: string[] = []
  const aroundWork: AroundWork = async ({ queue, id, type }, work) => {
    told.push(`${queue} ${type} ${id}`)
    try {
      return await work()
    } catch (error) {
      told.push(`failed: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }
  return { w: world({ aroundWork }), told }
}

it('is done around each piece of work in the background, whichever queue it waits in', async () => {
  const { w, told } = watched()
  const { sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  const [event] = w.provider.events()
  if (event === undefined) throw new Error('No event.')
  await w.unitOfWork.run((tx) => tx.inbox.record(event, { status: 'waiting', at: w.clock.now() }))
  await w.holdfast.workOnce()
  await w.clock.advance(3 * hour)
  await w.holdfast.workOnce()
  expect(told).toEqual([
    `inbox ${event.type} ${event.id}`,
    'outbox send_message send_message:confirmed:int_0001',
    'tasks abandon_intent abandon_intent:int_0001',
  ])
})

it('hears of what fails, and leaves it to be tried again', async () => {
  const { w, told } = watched()
  const news = {
    about: 'dispute',
    providerId: 'dp_1',
    chargeId: 'ch_none',
    outcome: 'opened',
    amount: mxn(1n),
  } as const
  const now = w.clock.now()
  await w.unitOfWork.run((tx) =>
    tx.inbox.record(
      { id: 'evt_1', type: 'dispute.opened', occurredAt: now, livemode: false, news },
      { status: 'waiting', at: now },
    ),
  )
  await w.holdfast.applyInbox(1)
  expect(told).toEqual(['inbox dispute.opened evt_1', expect.stringMatching(/^failed: /)])
  expect(await w.unitOfWork.read((tx) => tx.inbox.find('evt_1'))).toMatchObject({ status: 'waiting', tries: 1 })
})
