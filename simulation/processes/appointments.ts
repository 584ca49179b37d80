import type { Machine } from './machine.ts'
import type { Hour } from './stays.ts'

interface Offered {
  readonly starts_at: string
  readonly units_left: number
}

/** A time with this doctor at which nobody is expected yet, between one week ahead and three. */
export const freeHour = async (
  { ana, stripe, servers }: Machine,
  resourceId: string,
  capacity: number,
): Promise<Hour> => {
  const nowMs = await stripe.nowMs()
  const day = (days: number): string => encodeURIComponent(new Date(nowMs + days * 86_400_000).toISOString())
  const answer = await ana.ask(servers[0], `GET /slots?resource_id=${resourceId}&from=${day(7)}&to=${day(21)}`)
  const slots = (answer?.body['slots'] ?? []) as readonly Offered[]
  const free = slots.find(({ units_left: left }) => left === capacity)
  if (free === undefined) throw new Error(`There is no free time: ${JSON.stringify(answer)}`)
  return { resource_id: resourceId, starts_at: free.starts_at }
}
