/** What the server does not let our transactions do on Postgres, and only ours. 0 leaves it to what the connection is set to. */
export interface TransactionLimits {
  /**
   * How long a transaction may stand still between two statements, in milliseconds, before the server ends it and its locks
   * with it: a process that was stopped, or a machine that is gone, keeps nobody waiting for longer.
   * Default: {@link defaultIdleTransactionTimeoutMs}.
   */
  readonly idleTransactionTimeoutMs?: number
  /**
   * How long a statement may take, in milliseconds, before the server stops it.
   * Default: {@link defaultStatementTimeoutMs} on connections opened here, 0 on those of the host.
   */
  readonly statementTimeoutMs?: number
}

/** Nothing remote is waited for inside a transaction: who stands still for five seconds has been stopped. */
export const defaultIdleTransactionTimeoutMs = 5_000

/** No statement of ours takes long; one that does is stuck. */
export const defaultStatementTimeoutMs = 30_000
