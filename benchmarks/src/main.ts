import { writeFileSync } from 'node:fs'
import { measureCheckout } from './checkout.ts'
import { measureEvents } from './events.ts'
import { byHand, cartLines, checkoutLines, eventLines, orderLines, subject, taskLines } from './lines/lines.ts'
import { describeMachine } from './machine.ts'
import { measureMemory, measureOwnMemory } from './memory.ts'
import { readOptions, type DatabaseName, type Options, type PartName } from './options.ts'
import { measureOrders } from './orders.ts'
import { deliveryWriter } from './paid-session.ts'
import { checkoutText, machineText, memoryText, sweepText, throughputText } from './report.ts'
import { summariseProfile } from './summarise-profile.ts'
import { postgresScratch, sqliteScratch, type Scratch } from './scratch.ts'
import { measureSweep } from './sweep/sweep.ts'
import { measureTasks } from './tasks.ts'

/** Says what was measured, and keeps it for the file of figures. */
type Show = (name: string, value: unknown, text: string) => void

/** One part on one database. */
type Part = (scratch: Scratch, options: Options, show: Show) => Promise<void>

const run = async (options: Options): Promise<void> => {
  const { databases, parts, quick, directory, json } = options
  const figures: Record<string, unknown> = {}
  const show: Show = (name, value, text) => {
    figures[name] = value
    console.log(`${name}\n${text}\n`)
  }
  if (quick) console.log('A quick run: it shows that everything works. Its figures mean nothing.\n')
  const machine = describeMachine(directory, quick)
  show('machine', machine, machineText(machine))
  for (const name of databases)
    await onScratch(name, options, async (scratch) => {
      console.log(`${name}: ${scratch.description}\n`)
      for (const [part, measure] of Object.entries(measures))
        if (parts.some((wanted) => wanted === part)) await measure(scratch, options, show)
    })
  if (json !== undefined) writeFileSync(json, JSON.stringify({ quick, ...figures }, undefined, 2))
}

const measures: Readonly<Record<PartName, Part>> = {
  async events(scratch, options, show) {
    const entries = chosen(eventLines[scratch.name], options)
    const measured = await measureEvents(scratch, entries, await deliveryWriter(), options)
    const text = throughputText(measured, { one: 'event', many: 'events' })
    show(`${scratch.name}: signed webhook in, verified, stored, applied, answered`, measured, text)
  },
  async checkout(scratch, options, show) {
    const measured = await measureCheckout(scratch, chosen(checkoutLines[scratch.name], options), options)
    show(`${scratch.name}: opening a checkout`, measured, checkoutText(measured))
  },
  async memory(scratch, { memoryEvents }, show) {
    if (scratch.name !== 'sqlite') return
    const lines = eventLines.sqlite.filter(({ name }) => name === subject || name === byHand)
    const measured = await measureMemory(scratch, lines, memoryEvents)
    show('sqlite: memory of the process', measured, memoryText(measured))
  },
  async orders(scratch, options, show) {
    const entries = chosen(orderLines[scratch.name], options)
    const unit = { one: 'order', many: 'orders' }
    const scattered = await measureOrders(scratch, entries, 100, options)
    show(
      `${scratch.name}: from a cart of three of 100 articles to the order that can be paid`,
      scattered,
      throughputText(scattered, unit),
    )
    const hot = await measureOrders(
      scratch,
      entries.filter(({ name }) => name === subject || name === byHand),
      1,
      options,
    )
    show(`${scratch.name}: the same, all carts of one and the same article`, hot, throughputText(hot, unit))
    const whole = await measureOrders(scratch, chosen(cartLines[scratch.name], options), 100, options)
    show(
      `${scratch.name}: from a cart of three of 100 articles to the page of its order, the provider answering at once`,
      whole,
      throughputText(whole, { one: 'checkout', many: 'checkouts' }),
    )
  },
  async sweep(scratch, options, show) {
    const say = (text: string): void => console.log(`${scratch.name}: ${text}`)
    const measured = await measureSweep(scratch, options, say)
    show(`${scratch.name}: sweeping what is due, of ever more payments`, measured, sweepText(measured))
  },
  async tasks(scratch, options, show) {
    // Here and not above: a process that measures its own memory does without.
    const { findRedis } = await import('./redis-place.ts')
    const redis = await findRedis(options.redis)
    if (redis === undefined)
      console.warn(`NOT MEASURED: tasks through BullMQ, since no Redis answers at ${hostOf(options.redis)}.\n`)
    try {
      const measured = await measureTasks(scratch, chosen(taskLines(redis)[scratch.name], options), options)
      const text = throughputText(measured, { one: 'task', many: 'tasks' })
      show(
        `${scratch.name}: tasks from due to done, by one worker and by eight${redis === undefined ? '' : `; Redis ${redis.version}`}`,
        measured,
        text,
      )
    } finally {
      await redis?.remove()
    }
  },
}

const chosen = <Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  { lines = '' }: Options,
): readonly Entry[] => entries.filter(({ name }) => name.includes(lines))

/** Without a password that may be in it. */
const hostOf = (url: string): string => new URL(url).host

const onScratch = async (
  name: DatabaseName,
  { directory, quick }: Options,
  measure: (scratch: Scratch) => Promise<void>,
): Promise<void> => {
  const scratch = name === 'sqlite' ? sqliteScratch(directory) : await postgresScratch(quick)
  try {
    await measure(scratch)
  } finally {
    await scratch.remove()
  }
}

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2))
  const { memoryOf, memoryEvents, summarise } = options
  if (summarise !== undefined) return console.log(summariseProfile(summarise))
  if (memoryOf === undefined) return run(options)
  const entry = eventLines.sqlite.find(({ name }) => name === memoryOf.line)
  if (entry === undefined) throw new Error(`There is no line '${memoryOf.line}'.`)
  await measureOwnMemory(entry, memoryOf.filename, memoryEvents)
}

await main()
