import { paymentProviderContract } from '../src/contracts/payment-provider.contract.ts'
import { memoryProviderFixture } from './memory-provider-fixture.ts'

paymentProviderContract({ name: 'memory', open: async () => memoryProviderFixture() })
