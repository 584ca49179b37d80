export { traceHoldfast } from './tracing/trace-holdfast.ts'
export { tracePaymentProvider, type TracePaymentProviderOptions } from './tracing/trace-payment-provider.ts'
export { traceUnitOfWork, type TraceUnitOfWorkOptions } from './tracing/trace-unit-of-work.ts'
