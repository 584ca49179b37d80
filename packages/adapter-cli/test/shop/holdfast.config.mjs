import { openSql } from '@holdfast/adapter-sql'
import { createStripe, stripeAudit, stripeProvider } from '@holdfast/adapter-stripe'
import { createHoldfast, defaultSettings, silentLogger } from '@holdfast/core'
import { randomIds, systemClock } from '@holdfast/core/system'
import { findOwner, fulfilmentKinds, notifier, returnUrls } from './shop.mjs'

/** @type {import('@holdfast/adapter-cli').Configuration} */
export const holdfast = () => {
  const database = openSql({ kind: 'sqlite', filename: process.env['DATABASE_FILE'] ?? 'shop.db' })
  const stripe = createStripe({ apiKey: process.env['STRIPE_SECRET_KEY'] ?? 'sk_test_example' })
  const clock = systemClock()
  const paymentProvider = stripeProvider({ stripe, clock })
  return {
    holdfast: createHoldfast({
      unitOfWork: database.unitOfWork,
      paymentProvider,
      clock,
      ids: randomIds(),
      notifier,
      returnUrls,
      fulfilmentKinds,
      settings: defaultSettings,
      logger: silentLogger,
    }),
    unitOfWork: database.unitOfWork,
    database,
    paymentProvider,
    audit: stripeAudit({ stripe }),
    findOwner,
    close: () => database.close(),
  }
}
