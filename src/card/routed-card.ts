/** What decides which acquirer a card is sent to; all of it may be shown. */
export interface RoutedCard {
  /** The first six digits, as a mask shows them. */
  readonly bin: string
  /** The brand; null where no published range holds the number. */
  readonly scheme: string | null
}
