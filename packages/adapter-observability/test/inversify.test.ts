import 'reflect-metadata/lite'
import { defaultSettings, type Dependencies, type Holdfast, type UnitOfWork } from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { coreModule } from '@holdfast/core/inversify'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '@holdfast/core/memory'
import { Container } from 'inversify'
import { expect, it } from 'vitest'
import { observabilityModule } from '../src/inversify.ts'

const dependencies = (): Omit<Dependencies, 'logger'> => {
  const clock = memoryClock(rules.start)
  return {
    unitOfWork: memoryUnitOfWork(),
    paymentProvider: memoryPaymentProvider({ clock }),
    clock,
    ids: sequentialIds(),
    notifier: memoryNotifier(),
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [],
    settings: defaultSettings,
  }
}

it('decorates what a container hands out, once, in the order given', async () => {
  const made: string[] = []
  const marking =
    <Service extends object>(mark: string) =>
    (service: Service): Service => {
      made.push(mark)
      return { ...service, marks: [...((service as { marks?: string[] }).marks ?? []), mark] }
    }
  let runs = 0
  const counting = (unitOfWork: UnitOfWork): UnitOfWork => ({
    run: (work) => {
      runs += 1
      return unitOfWork.run(work)
    },
    read: (work) => unitOfWork.read(work),
  })
  const container = new Container({ defaultScope: 'Singleton' })
  container.load(
    coreModule(),
    observabilityModule({
      unitOfWork: [counting, marking('first'), marking('second')],
      paymentProvider: [marking('provider')],
      holdfast: [marking('holdfast')],
    }),
  )
  for (const [name, value] of Object.entries(dependencies()))
    container
      .bind<unknown>(name)
      .toResolvedValue(() => value)
      .inSingletonScope()
  const holdfast = container.get<Holdfast>('holdfast')
  expect(holdfast).toMatchObject({ marks: ['holdfast'] })
  expect(container.get('unitOfWork')).toMatchObject({ marks: ['first', 'second'] })
  expect(container.get('paymentProvider')).toMatchObject({ marks: ['provider'] })
  expect(container.get('holdfast')).toBe(holdfast)
  expect(made.toSorted()).toEqual(['first', 'holdfast', 'provider', 'second'])
  await holdfast.workOnce()
  expect(runs).toBeGreaterThan(0)
})

it('decorates nothing unless it is told to', () => {
  const container = new Container({ defaultScope: 'Singleton' })
  const parts = dependencies()
  container.load(observabilityModule({}))
  container.bind('unitOfWork').toConstantValue(parts.unitOfWork)
  expect(container.get('unitOfWork')).toBe(parts.unitOfWork)
})
