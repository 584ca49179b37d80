import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSql } from '@holdfast/adapter-sql'
import { createHoldfast, defaultSettings, silentLogger } from '@holdfast/core'
import { memoryPaymentProvider } from '@holdfast/core/memory'
import { randomIds, systemClock } from '@holdfast/core/system'
import { bullmqDispatch } from '@holdfast/adapter-bullmq'

// A process that takes work and never ends it: it says `begun <message>` for each piece, and waits to be killed.
const [databaseUrl, redisUrl, prefix] = process.argv.slice(2)
const clock = systemClock()
const database = openSql({ kind: 'postgres', url: databaseUrl })
const dispatch = bullmqDispatch({ unitOfWork: database.unitOfWork, clock, connection: redisUrl, prefix, refillMs: 200 })
dispatch.start(
  createHoldfast({
    unitOfWork: dispatch.unitOfWork,
    paymentProvider: memoryPaymentProvider({ clock }),
    clock,
    ids: randomIds(),
    notifier: {
      async send({ id }) {
        process.stdout.write(`begun ${id}\n`)
        await sleep(600_000)
      },
    },
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [],
    settings: { ...defaultSettings, leaseMs: 2_000 },
    logger: silentLogger,
  }),
)
