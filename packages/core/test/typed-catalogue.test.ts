import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { at, ownerId } from '../src/contracts/samples.ts'
import {
  consultationKind,
  err,
  money,
  ok,
  reservationKind,
  typedCatalogue,
  walletTopUpKind,
  type ResourceId,
} from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'

const context = { owner: ownerId('ana'), now: at(5) }
const amount = money(500n, 'EUR')
const item = { name: 'Chat', description: 'Today' }
const unitOfWork = memoryUnitOfWork()

/** Doctors who answer in writing, and note down what they are asked with. */
const chats = () => {
  const heard: unknown[] = []
  const kind = consultationKind({
    catalogue: typedCatalogue({
      payload: z.strictObject({ doctor: z.string().min(2), language: z.string().default('es') }),
      quote: (wanted, { owner }) => {
        heard.push([wanted, owner])
        return wanted.doctor === 'nobody'
          ? err({ code: 'unknown_resource', field: 'doctor' })
          : ok({ amount, item, resourceId: wanted.doctor as ResourceId })
      },
    }),
  })
  return { kind, heard }
}

describe('a catalogue that reads by a schema', () => {
  it('is handed what the schema makes of what was sent', async () => {
    const { kind, heard } = chats()
    expect(await kind.quote({ doctor: 'vega' }, context)).toMatchObject({ ok: true, value: { amount } })
    expect(heard).toEqual([[{ doctor: 'vega', language: 'es' }, 'ana']])
  })

  it('refuses what is wrong, each issue by its field, and asks for no price then', async () => {
    const { kind, heard } = chats()
    expect(await kind.quote({ doctor: 'v', language: 7 }, context)).toMatchObject({
      ok: false,
      error: { code: 'invalid_payload', field: 'doctor', also: [{ field: 'language' }] },
    })
    expect(heard).toEqual([])
  })

  it('refuses for its own reasons', async () => {
    expect(await chats().kind.quote({ doctor: 'nobody' }, context)).toEqual(
      err({ code: 'unknown_resource', field: 'doctor' }),
    )
  })
})

describe('asking for a kind', () => {
  it('names it, and sends what is wanted as it is: it is read when the intent is opened', () => {
    expect(chats().kind.request({ doctor: 'vega' })).toEqual({ kind: 'consultation', payload: { doctor: 'vega' } })
    const catalogue = { quote: async () => err({ code: 'slot_taken' } as const) }
    expect(reservationKind({ catalogue, unitOfWork, name: 'room' }).request({ night: 1 })).toEqual({
      kind: 'room',
      payload: { night: 1 },
    })
    expect(walletTopUpKind({ unitOfWork, limits: {}, item: () => item }).request({ intent_id: 'int_1' })).toEqual({
      kind: 'wallet_topup',
      payload: { intent_id: 'int_1' },
    })
  })
})
