import { join } from 'node:path'
import { openSql } from '@holdfast/adapter-sql'
import { createStripe, stripeAudit, stripeEventHistory, stripeProvider } from '@holdfast/adapter-stripe'
import {
  consultationKind,
  createHoldfast,
  day,
  defaultSettings,
  instant,
  money,
  ok,
  silentLogger,
} from '@holdfast/core'
import { randomIds, systemClock } from '@holdfast/core/system'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'

// Plain JavaScript, so that the command can load it on any Node.

const consultations = consultationKind({
  catalogue: {
    quote: async () =>
      ok({
        amount: money(400_00n, 'MXN'),
        item: { name: 'Consultation · Dr Vega', description: 'By chat' },
        resourceId: 'dr-vega',
      }),
  },
})

export const openClinic = async (folder, agoMs = 0, { tables = true, history = false } = {}) => {
  const now = () => Date.now() - agoMs
  const clock = { ...systemClock(), now: () => instant(now()) }
  const simulator = createSimulator({ stateFile: join(folder, 'stripe.jsonl'), now, livemode: false })
  const database = openSql({ kind: 'sqlite', filename: join(folder, 'clinic.db') })
  if (tables) await database.migrate()
  const stripe = createStripe({ apiKey: 'sk_test_clinic', httpClient: simulatorHttpClient(simulator) })
  const paymentProvider = stripeProvider({ stripe, clock })
  return {
    unitOfWork: database.unitOfWork,
    database,
    paymentProvider,
    audit: stripeAudit({ stripe }),
    clock,
    livemode: false,
    findOwner: (email) => (email === 'ana@example.com' ? 'ana' : undefined),
    simulator,
    holdfast: createHoldfast({
      unitOfWork: database.unitOfWork,
      paymentProvider,
      clock,
      ids: randomIds(),
      notifier: { send: async () => {} },
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [consultations],
      settings: { ...defaultSettings, intentTtlMs: day },
      logger: silentLogger,
      ...(history ? { eventHistory: stripeEventHistory({ stripe }) } : {}),
    }),
    close: async () => {
      await database.close()
      simulator.close()
    },
  }
}
