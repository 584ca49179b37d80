import { describe, expect, it } from 'vitest'
import { at, attemptId, openIntent, ownerId, paymentId, pendingPayment } from '../src/contracts/samples.ts'
import {
  consultationKind,
  createHoldfast,
  defaultSettings,
  err,
  hour,
  ok,
  silentLogger,
  type ConsultationCatalogue,
  type ResourceId,
} from '../src/index.ts'
import { ana, mxn, start } from '../src/contracts/rules/world.ts'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'
import type { CollectedPayment } from '../src/payment/payment.ts'
import type { Quote } from '../src/pending-intent/pending-intent.ts'

const terms = {
  amount: mxn(400_00n),
  item: { name: 'Consultation · Dr Vega', description: 'By chat' },
  resourceId: 'dr-vega' as ResourceId,
}
const catalogue = (quoted: Awaited<ReturnType<ConsultationCatalogue['quote']>>): ConsultationCatalogue => ({
  quote: async () => quoted,
})
const context = { owner: ownerId('ana'), now: at(0) }

describe('a consultation that is quoted', () => {
  it('is due at once, and remembers who is consulted', async () => {
    const details = { question: '¿Es grave?', resource_id: 'somebody else' }
    const quoted = await consultationKind({ catalogue: catalogue(ok({ ...terms, details })) }).quote({}, context)
    expect(quoted).toEqual(
      ok({
        amount: terms.amount,
        item: terms.item,
        purpose: 'consultation',
        details: { question: '¿Es grave?', resource_id: 'dr-vega' },
      }),
    )
  })

  it('is priced by the catalogue from what was sent, for whoever asks, as things are now', async () => {
    const asked: unknown[] = []
    const kind = consultationKind({
      catalogue: {
        quote: async (...question) => {
          asked.push(question)
          return ok(terms)
        },
      },
    })
    await kind.quote({ doctor_id: 'vega' }, context)
    expect(asked).toEqual([[{ doctor_id: 'vega' }, context]])
  })

  it('is refused where the catalogue refuses it', async () => {
    const refusal = err({ code: 'unknown_resource' as const, field: 'doctor_id' })
    expect(await consultationKind({ catalogue: catalogue(refusal) }).quote({}, context)).toEqual(refusal)
  })
})

describe('a consultation that is paid', () => {
  const payment = {
    ...pendingPayment('pay_chat'),
    status: 'completed',
    completedAt: at(9),
    attemptId: attemptId('att_1'),
    refunded: 0n,
  } as CollectedPayment
  const fulfil = async (details: Quote['details']) => {
    const unitOfWork = memoryUnitOfWork()
    const kind = consultationKind({ catalogue: catalogue(ok(terms)) })
    const quote: Quote = { amount: terms.amount, item: terms.item, purpose: 'consultation', details }
    const fulfilled = await unitOfWork.run((tx) =>
      kind.fulfil({
        tx,
        ids: sequentialIds(),
        intent: openIntent('int_1', { quote, kind: 'consultation' }),
        payment,
        charge: { id: 'pi_1', amount: terms.amount },
        now: at(10),
      }),
    )
    return { fulfilled, stored: await unitOfWork.read((tx) => tx.consultations.list({ limit: 9 })) }
  }

  it('is open, and knows who asked, who is asked, and what it was paid with', async () => {
    const details = { resource_id: 'dr-vega', question: '¿Es grave?' }
    const { fulfilled, stored } = await fulfil(details)
    expect(fulfilled).toEqual({ type: 'done', record: { type: 'consultation', id: 'con_0001' } })
    expect(stored).toEqual([
      {
        id: 'con_0001',
        owner: 'ana',
        resourceId: 'dr-vega',
        intentId: 'int_1',
        paymentId: paymentId('pay_chat'),
        details,
        createdAt: at(10),
        status: 'open',
      },
    ])
  })

  it('is of somebody; anything else is a bug', async () => {
    await expect(fulfil({})).rejects.toThrow("Intent 'int_1' is a consultation of nobody.")
  })
})

describe('a chat with a doctor', () => {
  const clinic = () => {
    const clock = memoryClock(start)
    const unitOfWork = memoryUnitOfWork()
    const provider = memoryPaymentProvider({ clock })
    const notifier = memoryNotifier()
    const holdfast = createHoldfast({
      unitOfWork,
      paymentProvider: provider,
      clock,
      notifier,
      ids: sequentialIds(),
      logger: silentLogger,
      settings: defaultSettings,
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [consultationKind({ catalogue: catalogue(ok(terms)) })],
    })
    const goToPay = async () => {
      const opened = await holdfast.openIntent({ actor: ana, kind: 'consultation', payload: {} })
      if (!opened.ok) throw new Error(opened.error.code)
      const { paymentId: id } = opened.value
      const page = await holdfast.startCheckout({ actor: ana, paymentId: id })
      if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
      return { paymentId: id, sessionId: page.value.sessionId }
    }
    const work = async (ms = 0) => {
      await clock.advance(ms)
      while ((await holdfast.workOnce()) > 0);
    }
    const consultations = () => unitOfWork.read((tx) => tx.consultations.list({ limit: 9 }))
    return { holdfast, provider, notifier, goToPay, work, consultations }
  }

  it('exists once it is paid, once, whoever hears of it first and however often', async () => {
    const { holdfast, provider, notifier, goToPay, work, consultations } = clinic()
    const { paymentId: id, sessionId } = await goToPay()
    expect(await consultations()).toEqual([])
    await provider.payer.pay(sessionId)
    await Promise.all([
      holdfast.syncPayment({ actor: ana, paymentId: id }),
      ...provider.events().map((event) => holdfast.receiveEvent(event)),
      holdfast.sweep(),
    ])
    for (const event of provider.events()) await holdfast.receiveEvent(event)
    await work(hour)
    expect(await consultations()).toMatchObject([{ status: 'open', paymentId: id }])
    expect(notifier.sent).toMatchObject([{ template: 'confirmed', record: { type: 'consultation', id: 'con_0001' } }])
  })

  it('that nobody paid for leaves nothing behind', async () => {
    const { goToPay, work, consultations, provider } = clinic()
    await goToPay()
    await work(3 * hour)
    await work(hour)
    expect(await consultations()).toEqual([])
    expect(provider.truth.attempts()).toMatchObject([{ state: { type: 'expired' } }])
  })
})
