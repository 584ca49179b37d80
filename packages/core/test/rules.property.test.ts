import { rulesContract } from '../src/contracts/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'

rulesContract({ name: 'memory', open: async () => memoryUnitOfWork() })
