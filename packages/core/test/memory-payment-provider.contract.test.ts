import { paymentProviderContract } from '../src/contracts/payment-provider.contract.ts'
import { instant } from '../src/kernel/instant.ts'
import { memoryPaymentProvider } from '../src/memory/memory-payment-provider.ts'

paymentProviderContract({
  name: 'memory',
  open: async () => {
    const now = () => instant(Date.UTC(2026, 0, 1))
    const provider = memoryPaymentProvider({ clock: { now } })
    const pages = () => provider.truth.attempts().filter(({ kind }) => kind === 'hosted')
    return {
      provider,
      payer: provider.payer,
      faults: provider.faults,
      truth: {
        pages: async () => pages().length,
        openPages: async () => pages().filter(({ state }) => state.type === 'opened').length,
        charges: async () => provider.truth.attempts().filter(({ state }) => state.type === 'captured').length,
        refunds: async () => provider.truth.refunds().filter(({ state }) => state.type !== 'failed').length,
      },
      now,
    }
  },
})
