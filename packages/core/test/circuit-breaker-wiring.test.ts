import 'reflect-metadata/lite'
import { Container } from 'inversify'
import { expect, it } from 'vitest'
import { rules } from '../src/contracts/index.ts'
import { defaultSettings, reservationKind, type Audited, type Dependencies, type Holdfast } from '../src/index.ts'
import { coreModule } from '../src/inversify.ts'
import {
  auditedMemoryProvider,
  memoryCircuitBreakerStates,
  memoryClock,
  memoryNotifier,
  memoryPaymentMethodCache,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'

it('a circuit breaker and a cache that a container holds are used', async () => {
  const clock = memoryClock(rules.start)
  const unitOfWork = memoryUnitOfWork()
  const provider = memoryPaymentProvider({ clock })
  const states = memoryCircuitBreakerStates()
  const bound: Omit<Dependencies, 'logger'> = {
    unitOfWork,
    paymentProvider: provider,
    circuitBreaker: { states, policy: { outagesToOpen: 2 } },
    paymentMethodCache: memoryPaymentMethodCache({ clock }),
    clock,
    ids: sequentialIds(),
    notifier: memoryNotifier(),
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [reservationKind({ catalogue: rules.catalogue, unitOfWork })],
    settings: defaultSettings,
  }
  const container = new Container({ defaultScope: 'Singleton' })
  const { audit } = auditedMemoryProvider({ clock })
  container.bind('providerAudit').toConstantValue(audit)
  for (const [name, value] of Object.entries(bound)) container.bind(name).toConstantValue(value)
  container.load(coreModule())
  const holdfast = container.get<Holdfast>('holdfast')

  const card = await provider.payer.saveCard('working')
  await unitOfWork.run((tx) => tx.customers.remember(rules.ana.id, card.customerId))
  const list = () => holdfast.listPaymentMethods({ actor: rules.ana })
  for (let n = 0; n < 2; n += 1) provider.faults.next('listPaymentMethods', 'unreachable')
  for (let n = 0; n < 2; n += 1) expect(await list()).toMatchObject({ error: { retryAfterMs: 5_000 } })
  expect(await states.read('payment_provider')).toMatchObject({ status: 'open' })
  expect(await list()).toEqual({ ok: false, error: { code: 'provider_unavailable', retryAfterMs: 60_000 } })
  const { sessions } = container.get<Audited>('audited').audit
  const listed = sessions({ from: rules.start, to: clock.now() })[Symbol.asyncIterator]()
  await expect(listed.next()).rejects.toMatchObject({ name: 'ListingInterrupted', retryAfterMs: 60_000 })
  await clock.advance(60_000)
  expect(await list()).toMatchObject({ ok: true, value: [{ id: card.paymentMethodId }] })
  // Kept from here on: a card that nobody told of does not show.
  await provider.payer.saveCard('working', card.customerId)
  expect(await list()).toMatchObject({ ok: true, value: { length: 1 } })
})
