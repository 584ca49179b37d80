import { expect, it } from 'vitest'
import { staff, world, type World } from '../src/contracts/rules/world.ts'

const raise = (w: World, ...ids: readonly string[]) =>
  w.unitOfWork.run((tx) =>
    tx.attention.raise(ids.map((id) => ({ id, code: 'dispute_opened', at: w.clock.now(), data: {} }))),
  )
const resolve = (w: World, attentionId: string, idempotencyKey?: string) =>
  w.holdfast.resolveAttention({
    actor: staff,
    attentionId,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })
const open = async (w: World) => (await w.unitOfWork.read((tx) => tx.attention.list(10))).map(({ id }) => id)
const notFound = { ok: false, error: { code: 'attention_not_found' } }

it('takes it off the list, and says who did it', async () => {
  const w = world()
  await raise(w, 'dispute_opened:dp_1', 'dispute_opened:dp_2')
  expect(await resolve(w, 'dispute_opened:dp_1')).toEqual({
    ok: true,
    value: { attentionId: 'dispute_opened:dp_1', resolvedBy: 'staff:eve' },
  })
  expect(await open(w)).toEqual(['dispute_opened:dp_2'])
})

it('finds nothing where nobody was called, or somebody else was first', async () => {
  const w = world()
  expect(await resolve(w, 'nothing')).toEqual(notFound)
  await raise(w, 'dispute_opened:dp_1')
  await resolve(w, 'dispute_opened:dp_1')
  expect(await resolve(w, 'dispute_opened:dp_1')).toEqual(notFound)
})

it('answers the same under the same key, and refuses the key for something else', async () => {
  const w = world()
  await raise(w, 'dispute_opened:dp_1', 'dispute_opened:dp_2')
  const first = await resolve(w, 'dispute_opened:dp_1', 'k')
  expect(await resolve(w, 'dispute_opened:dp_1', 'k')).toEqual(first)
  expect(await resolve(w, 'dispute_opened:dp_2', 'k')).toEqual({
    ok: false,
    error: { code: 'idempotency_key_reused' },
  })
  expect(await open(w)).toEqual(['dispute_opened:dp_2'])
})

it('stays not found under its key, though somebody was called since', async () => {
  const w = world()
  expect(await resolve(w, 'dispute_opened:dp_1', 'k')).toEqual(notFound)
  await raise(w, 'dispute_opened:dp_1')
  expect(await resolve(w, 'dispute_opened:dp_1', 'k')).toEqual(notFound)
  expect(await resolve(w, 'dispute_opened:dp_1')).toMatchObject({ ok: true })
})
