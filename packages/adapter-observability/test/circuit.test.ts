import {
  createHoldfast,
  defaultCircuitBreakerPolicy,
  defaultSettings,
  evolveCircuitBreaker,
  instant,
  minute,
  reservationKind,
  silentLogger,
  type CircuitBreaker,
  type CircuitBreakerEvent,
  type PaymentProvider,
} from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import {
  memoryCircuitBreakerStates,
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '@holdfast/core/memory'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { circuitMetrics } from '../src/prometheus.ts'
import { readExposition } from './exposition.ts'

const at = instant(1_000)
const opened: CircuitBreakerEvent = { type: 'opened', at, probeAt: instant(61_000) }
const probing: CircuitBreakerEvent = { type: 'half_opened', probe: { id: 'p', until: instant(121_000) } }

const scraped = async (registry: Registry, name: string) =>
  Object.fromEntries(
    (readExposition(await registry.metrics()).get(name)?.samples ?? []).map(({ labels, value }) => [
      labels['state'] ?? '',
      value,
    ]),
  )

describe('the life of a circuit breaker', () => {
  it('is told as it stands, whoever changed it', async () => {
    const registry = new Registry()
    const states = memoryCircuitBreakerStates()
    circuitMetrics({ registry, states, name: 'stripe', patienceMs: 5_000 })
    const state = () => scraped(registry, 'holdfast_circuit_breaker_state')
    const move = (event: CircuitBreakerEvent) =>
      states.change('stripe', (breaker: CircuitBreaker) => evolveCircuitBreaker(breaker, event))
    expect(await state()).toEqual({ closed: 1, open: 0, half_open: 0 })
    await move(opened)
    await expect.poll(state).toEqual({ closed: 0, open: 1, half_open: 0 })
    await move(probing)
    await expect.poll(state).toEqual({ closed: 0, open: 0, half_open: 1 })
    await move({ type: 'closed', at })
    await expect.poll(state).toEqual({ closed: 1, open: 0, half_open: 0 })
  })

  it('is left out where the database does not answer', async () => {
    const registry = new Registry()
    circuitMetrics({ registry, states: { read: () => Promise.reject(new Error('away')) } })
    expect(await scraped(registry, 'holdfast_circuit_breaker_state')).toEqual({})
  })

  it('is counted over an outage, and so is each call that was not made: begun, or not begun at all', async () => {
    const { registry, guests, asked, goAway, comeBack, pass } = await host()
    const moves = () => scraped(registry, 'holdfast_circuit_breaker_transitions_total')
    const refused = async () => (await scraped(registry, 'holdfast_circuit_breaker_refused_total'))['']
    expect([await moves(), await refused()]).toEqual([{ closed: 0, open: 0, half_open: 0 }, 0])

    goAway()
    for (const guest of guests.slice(0, threshold)) await guest.goToPay()
    expect(await moves()).toEqual({ closed: 0, open: 1, half_open: 0 })
    const calls = asked.length
    const before = (await refused()) ?? 0
    for (const guest of guests.slice(threshold)) await guest.goToPay()
    expect([asked.length, await refused()]).toEqual([calls, before + 2])
    expect(await guests[0].listCards()).toMatchObject({ ok: false, error: { code: 'provider_unavailable' } })
    expect([asked.length, await refused()]).toEqual([calls, before + 3])

    await pass(2 * minute)
    const later = await moves()
    expect(later['half_open']).toBeGreaterThan(0)
    // Each probe has failed, and opened it again.
    expect(later).toEqual({ closed: 0, open: 1 + (later['half_open'] ?? 0), half_open: later['half_open'] })

    comeBack()
    await pass(2 * minute)
    expect(await moves()).toMatchObject({ closed: 1 })
    const done = await refused()
    await guests[0].listCards()
    expect(await refused()).toBe(done)
  })
})

const { outagesToOpen: threshold } = defaultCircuitBreakerPolicy

/** A host whose provider goes away and comes back, and what it has counted. Two more guests than it takes to find that out. */
const host = async () => {
  const registry = new Registry()
  const states = memoryCircuitBreakerStates()
  const clock = memoryClock(rules.start)
  const unitOfWork = memoryUnitOfWork()
  const provider = memoryPaymentProvider({ clock })
  const asked: string[] = []
  let isAway = false
  const overTheWire = new Proxy(provider as PaymentProvider, {
    get: (real, call) => async (request: never) => {
      asked.push(String(call))
      const away = { type: 'unreachable', detail: 'Not connected.' } as const
      return isAway ? away : real[call as keyof PaymentProvider](request)
    },
  })
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: overTheWire,
    clock,
    ids: sequentialIds(),
    notifier: memoryNotifier(),
    logger: silentLogger,
    settings: defaultSettings,
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [reservationKind({ catalogue: rules.catalogue, unitOfWork })],
    circuitBreaker: { states, observe: circuitMetrics({ registry, states }) },
  })
  const invite = async (night: number) => {
    const actor = rules.owner(`guest-${night}`)
    await unitOfWork.run((tx) => tx.customers.remember(actor.id, `cus_${night}`))
    return {
      goToPay: async () => {
        const opened = await holdfast.openIntent({ actor, kind: 'reservation', payload: { night } })
        if (!opened.ok) throw new Error(opened.error.code)
        return holdfast.startCheckout({ actor, paymentId: opened.value.paymentId })
      },
      listCards: () => holdfast.listPaymentMethods({ actor }),
    }
  }
  return {
    registry,
    asked,
    guests: [await invite(0), ...(await Promise.all(Array.from({ length: threshold + 1 }, (_, n) => invite(n + 1))))],
    goAway: () => {
      isAway = true
    },
    comeBack: () => {
      isAway = false
    },
    pass: async (ms: number) => {
      for (let gone = 0; gone < ms; gone += minute / 2) {
        await clock.advance(minute / 2)
        while ((await holdfast.workOnce()) > 0);
      }
    },
  } as const
}
