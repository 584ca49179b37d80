/** An answer as it is kept under an idempotency key: the status and the JSON body, ready to be sent again. */
export interface RecordedAnswer {
  readonly status: number
  readonly body: string
}
