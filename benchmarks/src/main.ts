import { writeFileSync } from 'node:fs'
import { measureCheckout } from './checkout.ts'
import { measureEvents } from './events.ts'
import { checkoutLines, eventLines, subject, byHand } from './lines/lines.ts'
import { describeMachine } from './machine.ts'
import { measureMemory, measureOwnMemory } from './memory.ts'
import { readOptions, type DatabaseName, type Options } from './options.ts'
import { deliveryWriter } from './paid-session.ts'
import { checkoutText, eventsText, machineText, memoryText } from './report.ts'
import { summariseProfile } from './summarise-profile.ts'
import { postgresScratch, sqliteScratch, type Scratch } from './scratch.ts'

const run = async (options: Options): Promise<void> => {
  const { databases, parts, quick, directory, json, memoryEvents } = options
  const figures: Record<string, unknown> = {}
  const show = (name: string, value: unknown, text: string): void => {
    figures[name] = value
    console.log(`${name}\n${text}\n`)
  }
  const chosen = <Entry extends { readonly name: string }>(entries: readonly Entry[]): readonly Entry[] =>
    entries.filter(({ name }) => name.includes(options.lines ?? ''))

  if (quick) console.log('A quick run: it shows that everything works. Its figures mean nothing.\n')
  const machine = describeMachine(directory, quick)
  show('machine', machine, machineText(machine))
  const write = await deliveryWriter()
  for (const name of databases)
    await onScratch(name, options, async (scratch) => {
      console.log(`${name}: ${scratch.description}\n`)
      if (parts.includes('events')) {
        const measured = await measureEvents(scratch, chosen(eventLines[name]), write, options)
        show(`${name}: signed webhook in, verified, stored, applied, answered`, measured, eventsText(measured))
      }
      if (parts.includes('checkout')) {
        const measured = await measureCheckout(scratch, chosen(checkoutLines[name]), options)
        show(`${name}: opening a checkout`, measured, checkoutText(measured))
      }
      if (parts.includes('memory') && name === 'sqlite') {
        const lines = eventLines.sqlite.filter((line) => line.name === subject || line.name === byHand)
        const measured = await measureMemory(scratch, lines, memoryEvents)
        show('sqlite: memory of the process', measured, memoryText(measured))
      }
    })
  if (json !== undefined) writeFileSync(json, JSON.stringify({ quick, ...figures }, undefined, 2))
}

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
