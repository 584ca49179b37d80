export type { ContractPromise, Harness } from './contract.ts'
export * from './payment-provider.contract.ts'
export * as samples from './samples.ts'
export * from './unit-of-work.contract.ts'
