export * from './payment-provider.contract.ts'
