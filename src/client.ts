/** What the sandbox's own API answers; times are ISO 8601 text. */
export interface ClockView {
  readonly now: string
  readonly offsetSeconds: number
  readonly frozen: boolean
  readonly ran: number
  readonly next: string | null
  readonly more: boolean
}

export interface PayOptions {
  readonly method?: string
  readonly card?: {
    readonly number?: string
    /** `YYMM`. */
    readonly expiryDate?: string
    readonly cvv?: string
    readonly nameOnCard?: string
  }
  readonly authentication?: 'success' | 'fail' | 'abandon'
  readonly amount?: number | string
  readonly outcome?: 'approved' | 'declined' | 'timeout' | 'late' | 'reversed'
  readonly attempts?: number
  /** Ticks the page's box. */
  readonly saveCard?: boolean
  /** Ticks the box that redeems points. */
  readonly points?: boolean
}

export interface PayResult {
  readonly status: string
  readonly steps: readonly { readonly step: string; readonly attempt: number; readonly result: string }[]
}

export interface CallbackView {
  readonly id: string
  /** Null where it tells of an account that was linked. */
  readonly orderId: string | null
  readonly url: string
  readonly body: string
  readonly state: string
  readonly attempts: readonly {
    readonly at: string
    readonly status: number | null
    readonly ms: number
    readonly error: string | null
    readonly answer: string | null
  }[]
}

export interface EventView {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A linked account, as the list has it. */
export interface AccountView {
  readonly type: string
  readonly accountId: string
  readonly mask: string
  /** By which a limit is set, where the channel has limits. */
  readonly journeyID?: string
  readonly chargeToken?: string
  readonly limit?: number
  readonly linkedAt: string
}

/** What came of a binding that was completed without a browser. */
export interface LinkResult {
  readonly status: string
  readonly accountId: string | null
}

export interface FaultWish {
  /** Absent: of any order. */
  readonly orderId?: string
  readonly message: string
  readonly fault: string
  readonly times?: number
  readonly share?: number
  readonly seed?: string
  /** ISO 8601 duration: `PT10M`. */
  readonly delay?: string
}

/** A planned fault; `times` is how often it still strikes, null: until it is cleared. */
export interface FaultView {
  readonly orderId: string | null
  readonly message: string
  readonly fault: string
  readonly times: number | null
  readonly share: number
  readonly seed: string
  readonly delay: string | null
}

/** A stored card, as the list has it. */
export interface CardView {
  readonly token: string
  readonly mask: string
  /** `YYMM`. */
  readonly expiryDate: string
  readonly info: Readonly<Record<'brand' | 'issuing' | 'type' | 'subType' | 'country', string | null>>
  readonly storedAt: string
  readonly lastUsedAt: string
}

/** What became of a payment to an open number. */
export interface NumberPayResult {
  /** The order that the payment is. */
  readonly orderId: string
  readonly status: string
  /** `kept`, or that it goes back and why. */
  readonly result: string
}

/** A plan of recurring payments. */
export interface PlanView {
  readonly id: string
  readonly state: string
  readonly customer: { readonly id: string }
  readonly orderId: string
  readonly amount: number
  readonly currency: string
  readonly interval: number
  readonly intervalUnit: string
  readonly maxInterval: number | null
  readonly retry: { readonly interval: number; readonly intervalUnit: string; readonly maxInterval: number } | null
  readonly charged: number
  readonly nextNo: number | null
  /** `YYYY-MM-DD HH:MM:SS` in UTC+7, as all times of a plan. */
  readonly nextAt: string | null
  readonly currentOrder: string | null
  readonly createdAt: string
  readonly endedAt: string | null
}

export interface PlanWithLog extends PlanView {
  readonly events: readonly EventView[]
}

/** The gateway refused: its code, its message, and the trace id to ask its operator about. */
export class GatewayRefusal extends Error {
  readonly status: number
  readonly responseCode: string
  readonly traceId: string | undefined

  constructor(status: number, body: { responseCode?: string; responseMessage?: string; traceId?: string }) {
    super(`${body.responseCode ?? status} ${body.responseMessage ?? 'The gateway refused'}`)
    this.status = status
    this.responseCode = body.responseCode ?? String(status)
    this.traceId = body.traceId
  }
}

/** An HTTP client of the gateway's own calls: what the command line and tests use, so that they test it. */
export class SandboxClient {
  readonly #url: string
  readonly #authorization: string

  constructor({ url, merchantId, merchantKey }: { url: string; merchantId: string; merchantKey: string }) {
    this.#url = url.replace(/\/$/, '')
    this.#authorization = `Basic ${Buffer.from(`${merchantId}:${merchantKey}`).toString('base64')}`
  }

  /**
   * One call. @throws GatewayRefusal for any answer that is not 2xx; TypeError when there is no answer
   */
  async call<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { ...headers, authorization: this.#authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = parsed(text)
    if (!response.ok) throw new GatewayRefusal(response.status, answer ?? { responseMessage: text.slice(0, 200) })
    return answer as T
  }

  readonly pay = async (orderId: string, options: PayOptions = {}): Promise<PayResult> =>
    this.call('POST', `/sandbox/orders/${encodeURIComponent(orderId)}/pay`, options)

  /** Pays to an open number at its bank; `late` is money that comes all the same, whatever the bank shows. */
  readonly payNumber = async (
    sofId: string,
    paymentCode: string,
    options: { readonly amount: number | string; readonly outcome?: 'approved' | 'late' },
  ): Promise<NumberPayResult> =>
    this.call('POST', `/sandbox/numbers/${encodeURIComponent(sofId)}/${encodeURIComponent(paymentCode)}/pay`, options)

  readonly check = async (orderId: string): Promise<Record<string, unknown>> =>
    this.call('GET', `/pg/payment/card/check/${encodeURIComponent(orderId)}`)

  readonly cancel = async (orderId: string): Promise<Record<string, unknown>> =>
    this.call('GET', `/pg/payment/card/cancel/${encodeURIComponent(orderId)}`)

  readonly void = async (orderId: string): Promise<Record<string, unknown>> =>
    this.call('GET', `/pg/payment/card/void/${encodeURIComponent(orderId)}`)

  /** `key` names the operation, so that it is done once however often it is asked for. */
  readonly capture = async (orderId: string, amount: number | string, key?: string): Promise<Record<string, unknown>> =>
    this.call('POST', '/pg/payment/card/capture', { order: { id: orderId, amount } }, named(key))

  readonly refund = async (orderId: string, amount: number | string, key?: string): Promise<Record<string, unknown>> =>
    this.call('POST', '/pg/payment/card/refund', { order: { id: orderId, amount } }, named(key))

  /** What is to go wrong with the order's next messages to the acquirer. */
  readonly fault = async (orderId: string, message: string, fault: string, times = 1): Promise<FaultView> =>
    this.faults.plan({ orderId, message, fault, times })

  readonly faults = {
    plan: async (wish: FaultWish): Promise<FaultView> => this.call('POST', '/sandbox/faults', wish),
    /** What is planned and has not happened. */
    list: async (): Promise<readonly FaultView[]> =>
      (await this.call<{ faults: FaultView[] }>('GET', '/sandbox/faults')).faults,
    /** Forgets what is planned for an order, or all; answers how many plans. */
    clear: async (orderId?: string): Promise<number> => {
      const query = orderId === undefined ? '' : `?${new URLSearchParams({ orderId })}`
      return (await this.call<{ cleared: number }>('DELETE', `/sandbox/faults${query}`)).cleared
    },
  }

  readonly events = async (orderId: string): Promise<readonly EventView[]> =>
    (await this.call<{ events: EventView[] }>('GET', `/sandbox/orders/${encodeURIComponent(orderId)}/events`)).events

  readonly callbacks = async (orderId?: string): Promise<readonly CallbackView[]> => {
    const query = orderId === undefined ? '' : `?${new URLSearchParams({ orderId })}`
    return (await this.call<{ callbacks: CallbackView[] }>('GET', `/sandbox/callbacks${query}`)).callbacks
  }

  readonly resend = async (callbackId: string): Promise<CallbackView> =>
    this.call('POST', `/sandbox/callbacks/${encodeURIComponent(callbackId)}/resend`, {})

  /** The cards that a customer keeps with the merchant. */
  readonly cards = async (customerId: string): Promise<readonly CardView[]> =>
    (
      await this.call<{ data: { cards: CardView[] } }>('POST', '/pg/payment/card/customer', {
        customer: { id: customerId },
      })
    ).data.cards

  readonly deleteCard = async (token: string): Promise<void> => {
    await this.call('GET', `/pg/payment/card/customer/delete/${encodeURIComponent(token)}`)
  }

  /**
   * Links an account as its holder would.
   *
   * @param link the `redirecturl` of `bind`, or its last part
   */
  readonly link = async (
    link: string,
    typed: { readonly account?: string; readonly otp?: string } = {},
  ): Promise<LinkResult> =>
    this.call('POST', `/sandbox/directdebit/${encodeURIComponent(link.split('/').at(-1) ?? '')}/complete`, typed)

  /** The accounts that a customer has linked with the merchant. */
  readonly accounts = async (customerId: string): Promise<readonly AccountView[]> =>
    (
      await this.call<{ data: { accounts: AccountView[] } }>(
        'GET',
        `/gerbang/accounts?${new URLSearchParams({ customerId })}`,
      )
    ).data.accounts

  /** Unlinks an account. */
  readonly unlink = async (type: string, accountId: string): Promise<void> => {
    await this.call('POST', '/pg/payment/card/directdebit/unbind', { sourceOfFunds: { type, accountId } })
  }

  /** A page of the merchant's plans, by id. */
  readonly plans = async (
    wanted: { readonly after?: string; readonly state?: string; readonly customerId?: string } = {},
  ): Promise<{ readonly plans: readonly PlanView[]; readonly more: boolean }> =>
    (
      await this.call<{ data: { plans: PlanView[]; more: boolean } }>(
        'GET',
        `/gerbang/plans?${new URLSearchParams({ ...wanted })}`,
      )
    ).data

  readonly plan = async (planId: string): Promise<PlanWithLog> =>
    (await this.call<{ data: PlanWithLog }>('GET', `/gerbang/plans/${encodeURIComponent(planId)}`)).data

  readonly managePlan = async (planId: string, wish: 'pause' | 'resume' | 'cancel'): Promise<PlanWithLog> =>
    (await this.call<{ data: PlanWithLog }>('POST', `/gerbang/plans/${encodeURIComponent(planId)}/${wish}`)).data

  readonly clock = {
    get: async (): Promise<ClockView> => this.call('GET', '/sandbox/clock'),
    /** ISO 8601 duration: `PT24H`. */
    advance: async (duration: string): Promise<ClockView> => this.#move({ advance: duration }),
    to: async (time: string | Date): Promise<ClockView> =>
      this.#move({ to: typeof time === 'string' ? time : time.toISOString() }),
    /** To the next timer, which is run. */
    next: async (): Promise<ClockView> => this.#move({ until: 'next' }),
    freeze: async (freeze = true): Promise<ClockView> => this.#move({ freeze }),
    reset: async (): Promise<ClockView> => this.#move({ reset: true }),
  }

  async #move(move: object): Promise<ClockView> {
    return this.call('POST', '/sandbox/clock', move)
  }
}

function named(key: string | undefined): Readonly<Record<string, string>> {
  return key === undefined ? {} : { 'idempotency-key': key }
}

function parsed(text: string): Record<string, string> | undefined {
  try {
    return JSON.parse(text) as Record<string, string>
  } catch {
    return undefined
  }
}
