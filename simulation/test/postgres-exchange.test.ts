import { createDatabase } from '@holdfast/pg-test'
import pg from 'pg'
import { afterAll, afterEach, expect, inject, it, vi } from 'vitest'
import { createExchange, deadlockTimeoutMs } from '../src/system/postgres-exchange.ts'

const { url, drop } = await createDatabase(inject('pgAdminUrl'))
const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: url,
    options: `-c deadlock_timeout=${deadlockTimeoutMs}ms`,
    pipeline: true,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}
const monitor = await connect()
await monitor.query('CREATE TABLE rooms (id int PRIMARY KEY, guest text)')
await monitor.query("INSERT INTO rooms VALUES (1, ''), (2, '')")
let open: pg.Client[] = []
afterEach(async () => {
  for (const client of open) await client.end()
  open = []
})
afterAll(async () => {
  await monitor.end()
  await drop()
})

const start = async () => {
  const counts: string[] = []
  const settling: Promise<unknown>[] = []
  const heard: string[] = []
  const exchange = createExchange({
    monitor,
    busy: async (work) => {
      settling.push(work)
      return work
    },
    count: (what) => void counts.push(what),
  })
  const [one, other] = [await connect(), await connect()]
  open = [one, other]
  const send = async (client: pg.Client, text: string, late = async (): Promise<void> => {}): Promise<void> => {
    const who = client === one ? 'one' : 'other'
    exchange.send(client, { text }, late).then(
      () => heard.push(`${who}: ${text}`),
      (error: { readonly code: string }) => heard.push(`${who}: ${error.code}`),
    )
    await Promise.all(settling)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { exchange, one, other, send, heard, counts }
}

it('goes on while a statement waits for a lock, and hears of it once the lock is free', async () => {
  const { one, other, send, heard, counts } = await start()
  await send(one, 'BEGIN')
  await send(one, "UPDATE rooms SET guest = 'ana' WHERE id = 1")
  heard.length = 0
  await send(other, "UPDATE rooms SET guest = 'ben' WHERE id = 1")
  expect(heard).toEqual([])
  expect(counts).toEqual(['waited_for_lock'])
  await send(one, 'COMMIT')
  expect(heard.toSorted()).toEqual(['one: COMMIT', "other: UPDATE rooms SET guest = 'ben' WHERE id = 1"])
})

it('hears of what waited on one connection in the order in which it was sent', async () => {
  const { one, other, send, heard } = await start()
  await send(one, 'BEGIN')
  await send(one, "UPDATE rooms SET guest = 'ana' WHERE id = 1")
  await send(other, "UPDATE rooms SET guest = 'ben' WHERE id = 1", async () => {
    for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  })
  await send(other, 'SELECT 2')
  heard.length = 0
  await send(one, 'COMMIT')
  await vi.waitFor(() => expect(heard).toHaveLength(3))
  expect(heard.filter((each) => each.startsWith('other'))).toEqual([
    "other: UPDATE rooms SET guest = 'ben' WHERE id = 1",
    'other: SELECT 2',
  ])
})

it('tells whoever closes a circle, and lets the others go on', async () => {
  const { one, other, send, heard, counts } = await start()
  await send(one, 'BEGIN')
  await send(other, 'BEGIN')
  await send(one, 'SELECT 1 FROM rooms WHERE id = 1 FOR UPDATE')
  await send(other, 'SELECT 1 FROM rooms WHERE id = 2 FOR UPDATE')
  await send(one, 'SELECT 1 FROM rooms WHERE id = 2 FOR UPDATE')
  heard.length = 0
  await send(other, 'SELECT 1 FROM rooms WHERE id = 1 FOR UPDATE')
  // The server tells the loser before it lets the other one have the lock.
  await vi.waitFor(() =>
    expect(heard.toSorted()).toEqual(['one: SELECT 1 FROM rooms WHERE id = 2 FOR UPDATE', 'other: 40P01']),
  )
  expect(counts).toEqual(['waited_for_lock', 'sqlstate:40P01'])
})

it('hears of what was let go of by a connection that ended', async () => {
  const { exchange, one, other, send, heard } = await start()
  await send(one, 'BEGIN')
  await send(one, 'SELECT 1 FROM rooms WHERE id = 1 FOR UPDATE')
  await send(other, 'SELECT 1 FROM rooms WHERE id = 1 FOR UPDATE')
  heard.length = 0
  await one.end()
  await exchange.settle()
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toEqual(['other: SELECT 1 FROM rooms WHERE id = 1 FOR UPDATE'])
})
