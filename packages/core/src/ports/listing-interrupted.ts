/** A list of the provider's could not be read any further. What was told until then is so; the rest may be asked for again. */
export class ListingInterrupted extends Error {
  override readonly name = 'ListingInterrupted'
  /** As the provider asked, if it did. */
  readonly retryAfterMs: number | undefined
  /** True where the provider is there, and would not tell, or not now. It is no sign of an outage. */
  readonly inService: boolean
  constructor(
    detail: string,
    { retryAfterMs, inService = false }: { readonly retryAfterMs?: number; readonly inService?: boolean } = {},
  ) {
    super(detail)
    this.retryAfterMs = retryAfterMs
    this.inService = inService
  }
}
