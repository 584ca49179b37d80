export { simulatorHttpClient } from './http-client.ts'
export {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
  type WebhookTarget,
} from './simulator.ts'
export { serveSimulator, type ServeOptions, type SimulatorServer } from './server/serve.ts'
export { UnreadableStateFile } from './server/state-file.ts'
export { sleepByTimer, type Outcome, type Sleep } from './server/outcome.ts'
export type { ChosenFault } from './server/api.ts'
export type { IntentSummary, Ledger, Money, SessionSummary } from './control/ledger.ts'
export type { CallSummary, NewFault } from './faults/faults.ts'
export {
  faultKinds,
  type CallRecord,
  type Delivery,
  type DeliveryAttempt,
  type Fault,
  type FaultKind,
} from './engine/tables.ts'
export { webhookModes, type WebhookMode, type WebhookSettings } from './webhooks/deliveries.ts'
export type { Deliver } from './webhooks/send.ts'
export { signPayload } from './webhooks/signature.ts'
export { testCards, type Decline, type TestCard } from './resources/test-cards.ts'
export { apiVersion } from './engine/emit.ts'
