import { openSql } from '@holdfast/adapter-sql'
import { createStripe, stripeProvider } from '@holdfast/adapter-stripe'
import { createHoldfast, defaultSettings, silentLogger } from '@holdfast/core'
import { randomIds, systemClock } from '@holdfast/core/system'
import { findOwner, fulfilmentKinds, notifier, returnUrls } from './shop.mjs'

/** @type {import('@holdfast/adapter-cli').Configuration} */
export const holdfast = () => {
  const database = openSql({ kind: 'sqlite', filename: process.env['DATABASE_FILE'] ?? 'shop.db' })
  const stripe = createStripe({ apiKey: process.env['STRIPE_SECRET_KEY'] ?? 'sk_test_example' })
  const clock = systemClock()
  return {
    holdfast: createHoldfast({
      unitOfWork: database.unitOfWork,
      paymentProvider: stripeProvider({ stripe, clock }),
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
    findOwner,
    close: () => database.close(),
  }
}
