import { money, type KindRequest, type OpenIntentRequest } from '@holdfast/core'
import { expect, it } from 'vitest'
import { openOrFind } from '../src/pages/clinic/pay.ts'
import type { Ask, Desk } from '../src/pages/desk.ts'

/** The keys under which one form opens these intents, for somebody who has nothing open. */
const keysOf = async (
  asked: readonly { readonly wanted: KindRequest; readonly amount?: bigint }[],
): Promise<readonly (string | undefined)[]> => {
  const keys: (string | undefined)[] = []
  const ask = { get: () => ({ key: 'a1b2c3d4e5f6a1b2c3d4e5f6' }) } as unknown as Ask
  const desk = {
    signedIn: () => ({ actor: { type: 'owner', id: 'ana' }, person: { id: 'ana' } }),
    unitOfWork: { read: async () => [] },
    clock: { now: () => 0 },
    holdfast: {
      openIntent: async ({ idempotencyKey }: OpenIntentRequest) => {
        keys.push(idempotencyKey)
        return { ok: false, error: { code: 'slot_taken' } }
      },
    },
  } as unknown as Desk
  for (const { wanted, amount } of asked)
    await openOrFind(ask, desk, wanted, amount === undefined ? undefined : money(amount, 'MXN'))
  return keys
}

const topUpFor = (intentId: string): KindRequest => ({ kind: 'wallet_topup', payload: { intent_id: intentId } })

it('one form has the same key for the same intent, however often it is sent', async () => {
  const asked = { wanted: topUpFor('int_1'), amount: 200_00n }
  const [first, second] = await keysOf([asked, asked])
  expect(first).toBe(second)
  expect(first).toMatch(/^[\w-]{1,200}$/)
})

it('one form has a key of its own for each kind, payload and amount, however long the payload is', async () => {
  const long = 'x'.repeat(300)
  const asked = ['int_1', long, `${long}y`].flatMap((id) =>
    [undefined, 200_00n, 500_00n].map((amount) => ({
      wanted: topUpFor(id),
      ...(amount === undefined ? {} : { amount }),
    })),
  )
  const keys = await keysOf([...asked, { wanted: { kind: 'consultation', payload: { intent_id: long } } }])
  expect(new Set(keys).size).toBe(10)
  for (const key of keys) expect(key?.length).toBeLessThanOrEqual(200)
})
