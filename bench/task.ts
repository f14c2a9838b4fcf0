export interface Task {
  readonly port: number
  readonly connections: number
  readonly ms: number
  /** The request's bytes. Every `{number}` in it is replaced by a number of twelve digits. */
  readonly request: string
  /** The first number. Each request takes the next one, so that no two of a run are alike … */
  readonly from: number
  /** … or, where so many are given, they begin again after them. */
  readonly numbers?: number
}

export interface Load {
  readonly requests: number
  /** Answers other than 200. */
  readonly refused: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What stands in a request where a number belongs. */
export const numberMark = '{number}'

/** How long every number is written, so that `content-length` stays true. */
export const digits = 12
