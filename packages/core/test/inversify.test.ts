import 'reflect-metadata/lite'
import { Container } from 'inversify'
import { describe, expect, it } from 'vitest'
import {
  createHoldfast,
  defaultSettings,
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

const wired = (): Holdfast => {
  const container = new Container({ defaultScope: 'Singleton' })
  for (const [name, value] of Object.entries(dependencies())) container.bind(name).toConstantValue(value)
  container.load(coreModule())
  expect(container.get('holdfast')).toBe(container.get('holdfast'))
  return container.get<Holdfast>('holdfast')
}

describe.each([
  ['with a container', wired],
  ['without one', () => createHoldfast({ ...dependencies(), logger: silentLogger })],
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
})

it('names what the host forgot to bind', () => {
  const container = new Container()
  container.load(coreModule())
  expect(() => container.get('holdfast')).toThrow(/unitOfWork/)
})
