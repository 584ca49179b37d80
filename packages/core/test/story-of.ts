import type { World } from '../src/contracts/rules/world.ts'
import { staff } from '../src/contracts/rules/world.ts'
import type { PaymentId } from '../src/kernel/ids.ts'
import type { Json } from '../src/kernel/json.ts'

/** A line of a payment's story: what and about what; by whom, if anybody asked; and what is known of it. */
export type Line = readonly [what: string, about: string, ...rest: readonly (string | Json)[]]

/** A payment's story as it is told to staff, without its moments. */
export const storyOf = async ({ holdfast }: World, paymentId: PaymentId): Promise<readonly Line[]> => {
  const told = await holdfast.readTimeline({ actor: staff, paymentId })
  if (!told.ok) throw new Error(told.error.code)
  return told.value.map(({ type, about, name, actor, data }) => [
    `${type} ${name}`,
    `${about.type} ${about.id}`,
    ...(actor === undefined ? [] : [actor]),
    data,
  ])
}
