import type { PaymentProviderFixture } from '../src/contracts/payment-provider.contract.ts'
import { instant } from '../src/kernel/instant.ts'
import { money } from '../src/kernel/money.ts'
import { memoryPaymentProvider, type MemoryPaymentProvider } from '../src/memory/memory-payment-provider.ts'
import type { PaymentProvider } from '../src/ports/payment-provider.ts'

/** The in-memory provider as its contract wants it, whole but for what `change` breaks. */
export const memoryProviderFixture = (
  change: (whole: MemoryPaymentProvider) => Partial<PaymentProvider> = () => ({}),
): PaymentProviderFixture => {
  const now = () => instant(Date.UTC(2026, 0, 1))
  const whole = memoryPaymentProvider({ clock: { now } })
  const pages = () => whole.truth.attempts().filter(({ kind }) => kind === 'hosted')
  return {
    provider: { ...whole, ...change(whole) },
    payer: whole.payer,
    faults: whole.faults,
    refundThere: async (chargeId, minorUnits) => void whole.bank.refund(chargeId, minorUnits),
    disputeThere: async (chargeId, outcome, cents) =>
      void whole.bank.dispute(chargeId, outcome, ...(cents === undefined ? [] : [money(cents, 'EUR')])),
    sendBackThere: async (refund) => whole.bank.settleRefund(refund, 'failed'),
    truth: {
      pages: async () => pages().length,
      openPages: async () => pages().filter(({ state }) => state.type === 'opened').length,
      charges: async () => whole.truth.attempts().filter(({ state }) => state.type === 'captured').length,
      refunds: async () => whole.truth.refunds().filter(({ state }) => state.type !== 'failed').length,
    },
    now,
  }
}
