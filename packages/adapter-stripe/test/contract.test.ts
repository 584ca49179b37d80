import { paymentProviderContract } from '@holdfast/core/contracts'
import { openInProcess, overHttp } from './bench.ts'

paymentProviderContract({ name: 'stripe in this process', open: openInProcess })
paymentProviderContract({ name: 'stripe over HTTP', ...overHttp() })
