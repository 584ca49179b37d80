import { expect, it } from 'vitest'
// #region embedding
import {
  after,
  createHoldfast,
  day,
  defaultSettings,
  hour,
  money,
  ok,
  reservationKind,
  silentLogger,
} from '@holdfast/core'
import type { Message, OwnerId, ReservationCatalogue, ResourceId } from '@holdfast/core'
import { randomIds, systemClock } from '@holdfast/core/system'
import { openSql } from '@holdfast/adapter-sql'
import { createStripe, stripeProvider } from '@holdfast/adapter-stripe'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'

/** What there is to book, and what it costs: the host's part. */
const catalogue: ReservationCatalogue = {
  quote: async (_payload, { now }) =>
    ok({
      amount: money(300_00, 'MXN'),
      purpose: 'deposit',
      item: { name: 'Deposit · Casa Azul', description: 'Two nights' },
      balance: {
        amount: money(700_00, 'MXN'),
        dueAt: after(now, 30 * day),
        item: { name: 'Second payment · Casa Azul', description: 'Two nights' },
      },
      slot: {
        resourceId: 'casa-azul' as ResourceId,
        unit: 0,
        startsAt: after(now, 60 * day),
        endsAt: after(now, 62 * day),
      },
      details: {},
    }),
}

/** Where people come back to from the payment page, and how they are told what has become of theirs: the host's part as well. */
const returnUrls = { of: () => ({ successUrl: 'https://host.example/paid', cancelUrl: 'https://host.example/left' }) }
const notifier = { send: async ({ template, to }: Message) => console.log(`To ${to}: ${template}`) }

// A Stripe in this process. Without `httpClient`, it is Stripe itself that is called, with your own key.
const simulator = createSimulator()
const stripe = createStripe({ apiKey: 'sk_test_123', httpClient: simulatorHttpClient(simulator) })

const database = openSql({ kind: 'sqlite', filename: ':memory:' })
const clock = systemClock()
const house = reservationKind({ catalogue, unitOfWork: database.unitOfWork })
const holdfast = createHoldfast({
  unitOfWork: database.unitOfWork,
  paymentProvider: stripeProvider({ stripe, clock }),
  clock,
  ids: randomIds(),
  notifier,
  returnUrls,
  fulfilmentKinds: [house],
  settings: { ...defaultSettings, intentTtlMs: hour },
  logger: silentLogger,
})

const book = async (): Promise<string> => {
  const actor = { type: 'owner', id: 'ana' as OwnerId } as const
  const opened = await holdfast.openIntent({ actor, ...house.request({}) })
  if (!opened.ok) throw new Error(`Not to be had: ${opened.error.code}`)
  const checkout = await holdfast.startCheckout({ actor, paymentId: opened.value.paymentId })
  if (!checkout.ok || checkout.value.type !== 'open') throw new Error('No page yet: ask again.')
  return checkout.value.checkoutUrl
}

await database.migrate()
const checkoutUrl = await book()
// #endregion embedding

it('embeds Holdfast in a few lines, with what is stored in SQLite and charged at the simulator', async () => {
  expect(checkoutUrl).toMatch(/^http.*\/c\/pay\/cs_test_/)
  await database.close()
  simulator.close()
})
