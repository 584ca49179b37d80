import { expect, inject, it } from 'vitest'
import { below, happens, randomFrom } from '../../src/kernel/random.ts'
import { eventually } from '../../../examples/server/test/eventually.ts'
import { advance } from '../clock.ts'
import { createDisk, hasDisk, type Disk } from '../disk.ts'
import { assertEveryRule } from '../judge.ts'
import { startLoad } from '../load.ts'
import { startMachine, type Machine } from '../machine.ts'
import { databasesToRun, lastWords, seed } from '../scenario.ts'
import { goToPage, openIntent, payForStay, soonNights, statusOf, untilStatus } from '../stays.ts'

const onDisk = (name: string, story: (machine: Machine, disk: Disk) => Promise<void>): void =>
  it.runIf(hasDisk && databasesToRun.includes('sqlite'))(name, { timeout: 240_000 }, async () => {
    const disks: Disk[] = []
    const machine = await startMachine({
      kind: 'sqlite',
      pgAdminUrl: inject('pgAdminUrl'),
      environmentIn: (folder) => {
        const disk = createDisk(folder)
        disks.push(disk)
        return disk.environment
      },
    })
    try {
      for (const disk of disks) await story(machine, disk)
      expect(machine.servers[0].isUp()).toBe(true)
    } catch (error) {
      console.error(`PROCESSES_SEED=${seed}\n${lastWords(machine)}`)
      throw error
    } finally {
      await machine.remove()
    }
  })

onDisk('70: power is lost, over and over, under load', async (machine, disk) => {
  const random = randomFrom(`${seed} power`)
  const [server] = machine.servers
  const load = startLoad(machine, random, { guests: 2 })
  for (let cut = 0; cut < 8; cut += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200 + below(random, 600)))
    await server.kill()
    const share = happens(random, 0.5) ? 0.5 : 0
    disk.losePower(() => happens(random, share))
    await server.start()
  }
  const { booked } = await load.stop()
  expect(booked).toBeGreaterThan(0)
  await payForStay(machine, machine.ana)
  await assertEveryRule(machine)
})

onDisk('70: a disk that only says that it has kept something is found out', async (machine, disk) => {
  const [server] = machine.servers
  await payForStay(machine, machine.ana)
  disk.lie()
  await payForStay(machine, machine.ana)
  await server.kill()
  disk.losePower(() => false)
  await server.start()
  await expect(assertEveryRule(machine)).rejects.toThrow(/^A(2|10|14): /)
})

onDisk('79: every sync of the disk takes half a second', async (machine, disk) => {
  const { ana, ben, servers } = machine
  const [server] = servers
  disk.setSyncMs(500)
  const [page] = await Promise.all([payForStay(machine, ana), payForStay(machine, ben)])
  const refunded = await machine.eva.ask(server, `POST /payments/${page.paymentId}/refunds`, { body: {} })
  expect(refunded?.status).toBeLessThan(300)
  disk.setSyncMs(0)
  await assertEveryRule(machine)
  expect(await machine.stripe.moneyOf(page.paymentId)).toMatchObject({ charges: 1, refunded: page.amount })
})

onDisk('68: a disk that is full, and has room again', async (machine, disk) => {
  const { ana, ben, stripe, servers } = machine
  const [server] = servers
  const page = await goToPage(machine, ana)
  disk.setFull(true)
  // There is some room left in what the files have by now: it is used up first.
  const before = new Set((await stripe.ledger()).events.map(({ id }) => id))
  await eventually('the disk to be full', async () => {
    const answer = await openIntent(ben, server, await soonNights(machine))
    return answer?.status === 503 && answer.body['code'] === 'store_unavailable'
  })
  expect(await stripe.pay(page.sessionId, page.amount)).toBe(200)
  await eventually('a webhook to be refused', async () => {
    const { deliveries } = await stripe.ledger()
    const ours = deliveries.filter(({ event }) => !before.has(event))
    return ours.some(({ attempts }) => attempts.some(({ status }) => status === 503))
  })
  expect(await statusOf(ana, server, page.paymentId)).toBe('PENDING')
  expect((await fetch(new URL('/healthz', server.origin))).status).toBe(200)
  disk.setFull(false)
  // The same process goes on, as if nothing had been.
  await payForStay(machine, ben)
  await advance(machine, 60_000)
  await untilStatus(ana, server, page.paymentId, 'COMPLETED')
  await assertEveryRule(machine)
})
