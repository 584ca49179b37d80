export {
  bullmqDispatch,
  type BullmqDispatch,
  type BullmqDispatchOptions,
  type DispatchedHoldfast,
} from './bullmq-dispatch.ts'
