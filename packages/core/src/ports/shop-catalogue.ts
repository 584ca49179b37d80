import type { ArticleId, OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'

/** An article as it is sold now. */
export interface Article {
  readonly articleId: ArticleId
  /** What the buyer reads on the order and on the hosted page. */
  readonly name: string
  /** What one of it costs, once for each currency it is sold in. */
  readonly prices: readonly Money[]
  /** There is always enough of it, as of a download. Absent: what can be sold is what its stock says. */
  readonly unlimited?: true
}

/** What a shop sells, as the host knows it. How much of it there is, Holdfast knows. */
export interface ShopCatalogue {
  /**
   * Those of these articles that are sold to this owner now; one that is not in the answer is refused as unknown. Prices are
   * always the server's. Looks things up, outside of any transaction, and changes nothing.
   */
  find(
    ids: readonly ArticleId[],
    context: { readonly owner: OwnerId; readonly now: Instant },
  ): Promise<readonly Article[]>
}
