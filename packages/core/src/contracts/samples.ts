export * from './sample-attempts.ts'
export * from './sample-bookings.ts'
export * from './sample-names.ts'
export * from './sample-payments.ts'
