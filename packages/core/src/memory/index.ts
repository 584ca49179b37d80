export * from './memory-clock.ts'
export * from './memory-notifier.ts'
export { memoryUnitOfWork, type MemoryHooks } from './memory-unit-of-work.ts'
export * from './sequential-ids.ts'
