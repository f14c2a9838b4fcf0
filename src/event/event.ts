/** An entry of an order's log. `seq` counts from 1 within the order. */
export interface OrderEvent {
  readonly seq: number
  readonly type: string
  readonly at: Date
  readonly data: Readonly<Record<string, unknown>>
}
