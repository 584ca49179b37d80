import 'reflect-metadata/lite'
import { Container } from 'inversify'
import { describe, expect, it } from 'vitest'
import {
  createHoldfast,
  day,
  defaultSettings,
  hour,
  minute,
  money,
  reservationKind,
  silentLogger,
  type Dependencies,
  type Holdfast,
} from '../src/index.ts'
import { rules } from '../src/contracts/index.ts'
import { coreModule } from '../src/inversify.ts'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'

const dependencies = (): Omit<Dependencies, 'logger'> => {
  const clock = memoryClock(rules.start)
  const unitOfWork = memoryUnitOfWork()
  return {
    unitOfWork,
    clock,
    paymentProvider: memoryPaymentProvider({ clock }),
    ids: sequentialIds(),
    notifier: memoryNotifier(),
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [reservationKind({ catalogue: rules.catalogue, unitOfWork })],
    settings: defaultSettings,
  }
}

const wired = (more: Partial<Dependencies> = {}): Holdfast => {
  const container = new Container({ defaultScope: 'Singleton' })
  for (const [name, value] of Object.entries({ ...dependencies(), ...more }))
    container.bind(name).toConstantValue(value)
  container.load(coreModule())
  expect(container.get('holdfast')).toBe(container.get('holdfast'))
  return container.get<Holdfast>('holdfast')
}

const wiredByHand = (more: Partial<Dependencies> = {}): Holdfast =>
  createHoldfast({ ...dependencies(), logger: silentLogger, ...more })

describe.each([
  ['with a container', wired],
  ['without one', wiredByHand],
])('Holdfast %s', (_name, make) => {
  it('takes a booking', async () => {
    const holdfast = make()
    const opened = await holdfast.openIntent({ actor: rules.ana, kind: 'reservation', payload: { night: 1 } })
    expect(opened).toMatchObject({ ok: true, value: { amount: money(300_00n, 'MXN') } })
    if (!opened.ok) return
    expect(await holdfast.startCheckout({ actor: rules.ana, paymentId: opened.value.paymentId })).toMatchObject({
      ok: true,
      value: { type: 'open' },
    })
  })

  const cart = { lines: [{ articleId: 'pattern', quantity: 1 }], currency: money(0n, 'MXN').currency }

  it('sells what its shop does', async () => {
    const holdfast = make({ shopCatalogue: rules.shopCatalogue })
    expect(await holdfast.placeOrder({ actor: rules.ana, cart })).toMatchObject({
      ok: true,
      value: { total: money(50_00n, 'MXN') },
    })
  })

  it('is not made for a shop whose pages end before its orders, and says what to do', () => {
    for (const more of [{ orderTtlMs: 3 * day }, { pageTtlMs: 32 * minute }]) {
      const settings = { ...defaultSettings, ...more }
      const { orderTtlMs, pageTtlMs } = settings
      expect(() => make({ settings, shopCatalogue: rules.shopCatalogue })).toThrow(
        new RangeError(
          `An order cannot be paid for longer (orderTtlMs: ${orderTtlMs}) than its page is open (pageTtlMs: ${pageTtlMs}): shorten the one, or lengthen the other.`,
        ),
      )
      expect(() => make({ settings })).not.toThrow()
    }
    const settings = { ...defaultSettings, orderTtlMs: hour, pageTtlMs: hour }
    expect(() => make({ settings, shopCatalogue: rules.shopCatalogue })).not.toThrow()
  })

  it('sells nothing without a shop, and says of every article that there is none', async () => {
    expect(await make().placeOrder({ actor: rules.ana, cart })).toMatchObject({
      ok: false,
      error: { code: 'invalid_payload', field: 'lines.0.article_id', reason: { code: 'article_unknown' } },
    })
  })
})

it('names what the host forgot to bind', () => {
  const container = new Container()
  container.load(coreModule())
  expect(() => container.get('holdfast')).toThrow(/unitOfWork/)
})
