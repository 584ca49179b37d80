import { unitOfWorkContract } from '../src/contracts/unit-of-work.contract.ts'
import { memoryUnitOfWork } from '../src/memory/memory-unit-of-work.ts'

unitOfWorkContract({ name: 'memory', open: async () => memoryUnitOfWork() })
