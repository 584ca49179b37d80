import { z } from 'zod'

const money = z.object({ captured: z.number(), refunded: z.number(), charges: z.number(), unrefunded: z.number() })
const session = z.object({
  id: z.string(),
  status: z.string().nullable(),
  amount_total: z.number().nullable(),
  metadata: z.record(z.string(), z.string()),
})

/** The part of the simulator's ledger that these tests judge by. */
const ledgerShape = z.object({
  now_ms: z.number(),
  derived: z.object({
    sessions: z.array(session),
    open_sessions_by_payment_id: z.record(z.string(), z.array(z.string())),
    money_by_payment_id: z.record(z.string(), money),
  }),
  objects: z.object({
    'checkout.session': z.array(
      z.object({ id: z.string(), success_url: z.string(), cancel_url: z.string(), locale: z.string().nullable() }),
    ),
    refund: z.array(z.object({ id: z.string(), amount: z.number(), status: z.string() })),
  }),
  deliveries: z.array(z.object({ status: z.string() })),
  calls: z.array(z.object({ method: z.string(), path: z.string(), atMs: z.number() })),
})

/** What Stripe holds, whatever the application believes. */
export type Ledger = z.infer<typeof ledgerShape>

/** What the payer and the passing of time do at the simulator that is reached at `origin`. */
export const stripeAt = (origin: string) => {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(new URL(path, origin), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  return {
    ledger: async (): Promise<Ledger> =>
      ledgerShape.parse(await (await fetch(new URL('/_simulator/ledger', origin))).json()),
    /** Pays an open session as its payer would. Answers the status: 402 for a card that is declined. */
    pay: async (sessionId: string, amount: number, paymentMethod = 'pm_card_visa'): Promise<number> => {
      const response = await fetch(new URL(`/v1/payment_pages/${sessionId}/confirm`, origin), {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_payer', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ payment_method: paymentMethod, expected_amount: String(amount) }),
      })
      await response.arrayBuffer()
      return response.status
    },
    advance: (ms: number) => post('/_simulator/clock', { advance_s: Math.ceil(ms / 1000) }),
    webhooks: (mode: 'normal' | 'paused' | 'drop' | 'duplicate' | 'reorder') => post('/_simulator/webhooks', { mode }),
    fault: (fault: {
      readonly match: string
      readonly kind: string
      readonly times: number
      readonly ms?: number
      readonly retry_after?: number
    }) => post('/_simulator/faults', fault),
    /** Pulls another of the simulator's levers. Answers what it said. */
    control: (path: string, body: Readonly<Record<string, unknown>> = {}) => post(`/_simulator/${path}`, body),
    clearFaults: () => fetch(new URL('/_simulator/faults', origin), { method: 'DELETE' }),
  }
}

/** The session's id in the address of a payment page. */
export const sessionIn = (path: string): string => /\/c\/pay\/(cs_\w+)/.exec(path)?.[1] ?? ''

/** More than one way to pay one payment, which must never be: the ids of such payments. */
export const doublyPayable = ({ derived }: Ledger): readonly string[] =>
  Object.entries(derived.open_sessions_by_payment_id)
    .filter(([, open]) => open.length > 1)
    .map(([paymentId]) => paymentId)
