import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultSettings } from '@holdfast/core'
import { createDatabase } from '@holdfast/pg-test'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually } from './eventually.ts'
import { stay } from './guest.ts'
import { freePort, runUntilListening, serverProgram, simulatorProgram, type Process } from './processes.ts'
import { doublyPayable, sessionIn, stripeAt, type Ledger } from './stripe-payer.ts'
import { createVisitor, type SeenPage, type Visitor } from './visitor.ts'

/** How often each story is killed. The seed that is printed makes the same kills again, as far as the machine allows. */
const kills = Number(process.env['CRASH_KILLS'] ?? 12)
const seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

// Tasks are taken for five times as long as calls are, since one of them may be a whole sweep.
const longestLeaseMs = 5 * defaultSettings.leaseMs

/** Processes under a name, each of which may be killed and is started again as it was. */
interface Machine {
  readonly origin: string
  readonly stripeOrigin: string
  readonly running: Map<string, Process>
  readonly starters: ReadonlyMap<string, () => Promise<Process>>
}

describe('killed at any moment and started again', () => {
  let folder = ''
  const undo: (() => Promise<void>)[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stays-crash-'))
  })
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = async (starters: Machine['starters'], origin: string, stripeOrigin: string): Promise<Machine> => {
    const running = new Map<string, Process>()
    undo.push(async () => void (await Promise.all([...running.values()].map((each) => each.kill()))))
    for (const [name, begin] of starters) running.set(name, await begin())
    return { origin, stripeOrigin, running, starters }
  }
  const oneProcess = async (environment: Readonly<Record<string, string>>): Promise<Machine> => {
    const port = String(await freePort())
    const origin = `http://127.0.0.1:${port}`
    const begin = () => runUntilListening(serverProgram, folder, { PORT: port, LOG_LEVEL: 'error', ...environment })
    return start(new Map([['server', begin]]), origin, origin)
  }

  it('ends with one booking and one charge for each payment: SQLite, the simulator in the same process', async () => {
    await expectOneEnd(await oneProcess({}), random(seed))
  })

  it('ends the same on PostgreSQL', async () => {
    const database = await createDatabase(inject('pgAdminUrl'))
    undo.push(database.drop)
    await expectOneEnd(await oneProcess({ DATABASE_URL: database.url }), random(seed + 1))
  })

  it('ends the same with the simulator in a process of its own, which is killed as well', async () => {
    const [port, stripePort] = [await freePort(), await freePort()]
    const [origin, stripeOrigin] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${stripePort}`]
    const secret = 'whsec_of_two_processes'
    const simulator = () =>
      runUntilListening(
        simulatorProgram({ port: stripePort, folder, servers: [origin], webhookSecret: secret }),
        folder,
      )
    const server = () =>
      runUntilListening(serverProgram, folder, {
        PORT: String(port),
        LOG_LEVEL: 'error',
        DEMO_CLOCK: '1',
        STRIPE_API_BASE: stripeOrigin,
        STRIPE_SECRET_KEY: 'sk_test_two_processes',
        STRIPE_WEBHOOK_SECRET: secret,
      })
    await expectOneEnd(
      await start(
        new Map([
          ['simulator', simulator],
          ['server', server],
        ]),
        origin,
        stripeOrigin,
      ),
      random(seed + 2),
    )
  })
})

/** Books, pays, lets the balance fall due. Every step is cut short several times, and taken again until it has been taken. */
const expectOneEnd = async (machine: Machine, chance: () => number): Promise<void> => {
  console.log(`[crash] CRASH_SEED=${seed} CRASH_KILLS=${kills}`)
  const [ana, eva] = [createVisitor(machine.origin), createVisitor(machine.origin)]
  const stripe = stripeAt(machine.stripeOrigin)
  let sessionId = ''
  const steps: readonly (() => Promise<unknown>)[] = [
    async () => {
      await ana.signIn('ana@example.com')
      await eva.signIn('staff@example.com')
      const chosen = await ana.get(`/stays/${stay.slug}?arrival=${stay.arrival}&departure=${stay.departure}`)
      // The same form sent again, as by a browser whose answer never came.
      const sent = await ana.submit(chosen, `/stays/${stay.slug}/book`, {
        guests: '2',
        key: '0123456789abcdef01234567',
      })
      sessionId = sessionIn((await paymentPage(ana, sent)).path)
    },
    async () => {
      const session = (await stripe.ledger()).derived.sessions.find(({ id }) => id === sessionId)
      if (session?.status === 'open') await stripe.pay(sessionId, stay.depositMinor)
    },
    () => eventually('the booking', async () => (await ana.get('/bookings')).html.includes('/bookings/res_')),
    async () => {
      const overview = await eva.get('/console')
      if (overview.html.includes('value="due"')) await eva.submit(overview, '/console/demo/clock', { by: 'due' })
    },
    () => eventually('the balance', async () => charges(await stripe.ledger()).length === 2),
  ]
  const killsPerStep = Math.ceil(kills / steps.length)
  for (const step of steps) {
    for (let kill = 0; kill < killsPerStep; kill += 1) await cutShort(machine, step, chance)
    await eventually(
      'a step to be taken',
      () =>
        step().then(
          () => true,
          () => undefined,
        ),
      // What failed while the other process was away is tried again after a while.
      100_000,
    )
  }
  await eventually('everything to be paid', async () =>
    (await ana.get('/bookings')).text.includes('Nothing more to pay'),
  )
  await eventually('the message', async () => (await ana.get('/messages')).text.includes('Your booking is confirmed'))
  await judge(await stripe.ledger(), ana, eva)
}

/** Begins a step, kills one process in the middle of it, and starts that again. */
const cutShort = async (machine: Machine, step: () => Promise<unknown>, chance: () => number): Promise<void> => {
  const names = [...machine.running.keys()]
  const victim = names[Math.floor(chance() * names.length)] ?? ''
  const delayMs = chance() ** 2 * 200
  const taken = step().then(
    () => 'taken',
    () => 'cut short',
  )
  await new Promise((resolve) => setTimeout(resolve, delayMs))
  await machine.running.get(victim)?.kill()
  const begin = machine.starters.get(victim)
  if (begin !== undefined) machine.running.set(victim, await begin())
  // Whoever died may have held work, tasks for longest: let their lease run out.
  await eventually('the clock', () =>
    stripeAt(machine.stripeOrigin)
      .advance(longestLeaseMs + 1_000)
      .then(
        () => true,
        () => undefined,
      ),
  )
  await taken
}

/** Where a guest is led on to: at once, or after looking again where the page was still being opened. */
const paymentPage = (guest: Visitor, sent: SeenPage): Promise<SeenPage> => {
  let seen = sent
  return eventually('the payment page', async () => {
    if (sessionIn(seen.path) !== '') return seen
    if (!seen.path.startsWith('/payment/opening')) throw new Error(`Led to ${seen.path} (${seen.status}): ${seen.text}`)
    seen = await guest.get(seen.path)
    return undefined
  })
}

const charges = ({ derived }: Ledger) =>
  Object.values(derived.money_by_payment_id).filter(({ captured }) => captured > 0)

/** What must be so however often and wherever the story was cut short. */
const judge = async (ledger: Ledger, ana: Visitor, eva: Visitor): Promise<void> => {
  expect(doublyPayable(ledger)).toEqual([])
  expect(ledger.derived.sessions.map(({ status }) => status)).toEqual(['complete'])
  expect(charges(ledger).toSorted((left, right) => left.captured - right.captured)).toEqual([
    { captured: stay.depositMinor, refunded: 0, charges: 1, unrefunded: 1 },
    { captured: stay.balanceMinor, refunded: 0, charges: 1, unrefunded: 1 },
  ])
  const bookings = await ana.get('/bookings')
  expect(new Set(bookings.html.match(/\/bookings\/res_\w+/g))).toHaveLength(1)
  expect((await ana.get('/messages')).text.match(/Your booking is confirmed/g)).toHaveLength(1)
  const overview = await eva.get('/console')
  expect(overview.text).toContain('0 Needs a human')
  expect(overview.text.match(/Dead letters: 0/g)).toHaveLength(3)
}

/** Numbers from 0 to 1 that follow from a seed. */
const random = (from: number) => {
  let state = from >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
