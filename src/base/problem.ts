/**
 * Every way that a request can fail, in one table: the contract's seven-digit code, whose first three
 * digits are the HTTP status, and its message. Codes are the contract's; add rows, never reuse one.
 * `{field}` is replaced by the member's name in the contract's own style.
 * Source: design 4.2; BI SNAP case table; messages as observed on the real sandbox.
 */
export const problems = {
  malformed_body: { code: '4000000', message: 'Bad Request. {reason}' },
  missing_field: { code: '4000001', message: 'Invalid Mandatory Field {field}' },
  malformed_field: { code: '4000001', message: 'Invalid Field Format. The {field} format is invalid' },
  unauthorized: { code: '4010000', message: 'Unauthorized' },
  feature_not_allowed: { code: '4030001', message: 'Feature Not Allowed {field}' },
  over_limit: { code: '4030002', message: 'Exceeds Transaction Amount Limit' },
  declined: { code: '4030005', message: 'Do Not Honor' },
  otp_blocked: { code: '4030011', message: 'OTP Blocked' },
  otp_expired: { code: '4030012', message: 'OTP Lifetime Expired' },
  insufficient_funds: { code: '4030014', message: 'Insufficient Funds' },
  not_permitted: { code: '4030015', message: 'Transaction Not Permitted' },
  foreign_host: {
    code: '4030015',
    message: 'Transaction Not Permitted. The Host header names neither this machine nor GERBANG_PUBLIC_URL',
  },
  foreign_page: { code: '4030015', message: 'Transaction Not Permitted. A page of another site sent this' },
  order_not_found: { code: '4040001', message: 'Transaction Not Found' },
  route_not_found: { code: '4040002', message: 'Invalid Routing' },
  wrong_state: { code: '4040100', message: 'Invalid Transaction Status' },
  account_not_found: { code: '4040011', message: 'Invalid Card/Account/VA' },
  invalid_otp: { code: '4040015', message: 'Invalid OTP' },
  amount_too_high: { code: '4040013', message: 'Invalid Amount. It is more than what is left of the order' },
  method_not_allowed: { code: '4050001', message: 'Requested Operation Is Not Allowed' },
  conflict: { code: '4090000', message: 'Conflict. {reason}' },
  order_id_used: {
    code: '4090001',
    message: 'Duplicate order.id. The order id was used with other content or is finished',
  },
  too_large: { code: '4130000', message: 'Request Entity Too Large' },
  unsupported_type: { code: '4150000', message: 'Unsupported Media Type. Send application/json' },
  too_many_requests: { code: '4290000', message: 'Too Many Requests' },
  internal: { code: '5000000', message: 'General Error' },
  unavailable: {
    code: '5030000',
    message: 'Service Unavailable. Nothing was changed that was not acknowledged; try again',
  },
  timeout: { code: '5040000', message: 'Timeout' },
} as const satisfies Record<string, { code: `${number}`; message: string }>

export type ProblemName = keyof typeof problems

/** A request that cannot be done, for a reason of the table. Mapped to an answer once, at the door. */
export class Problem extends Error {
  readonly problem: ProblemName
  /** The member that is at fault, as the merchant wrote it (`customer.mobilePhone`). */
  readonly field: string | undefined
  /** Whole seconds after which the same request may succeed, where that is known. */
  readonly retryAfterSeconds: number | undefined

  constructor(problem: ProblemName, details: { field?: string; reason?: string; retryAfterMs?: number } = {}) {
    super(message(problem, details))
    this.problem = problem
    this.field = details.field
    const { retryAfterMs = problem === 'unavailable' ? 1_000 : undefined } = details
    this.retryAfterSeconds = retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1_000))
  }

  get code(): string {
    return problems[this.problem].code
  }

  /** The HTTP status: the first three digits of the code (finpay-api.md 13.1). */
  get status(): number {
    return Number(this.code.slice(0, 3))
  }
}

function message(problem: ProblemName, { field = '', reason = '' }: { field?: string; reason?: string }): string {
  return problems[problem].message.replace('{field}', humanise(field)).replace('{reason}', reason).trim()
}

/** `customer.mobilePhone` as the contract writes it: `customer.mobile phone` (observed-behaviour.md, part 2). */
export function humanise(field: string): string {
  return field.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
