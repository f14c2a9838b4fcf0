import { unreachable } from '../../src/base/invariant.ts'
import type { Action, Request } from './action.ts'
import { PayerBrowser } from './browser.ts'
import { openShop, type Shop } from './shop.ts'
import type { MerchantServerPlan } from './plan.ts'
import type { Stage } from './stage.ts'
import { amountOf } from './standing.ts'
import { cards, orderLife } from './world.ts'

/** Everything that can be seen of the order from outside, in words that the model uses too. */
export interface Sight {
  readonly check: string
  readonly events: string
  /** Null where nobody knows the link. */
  readonly page: string | null
  readonly state: string | null
  readonly clock: string
  readonly callback: string
  readonly received: string
}

/** How the requests of a sequence reach the gateway. Another origin than the gateway's own is for a test that lies. */
export interface Doors {
  readonly url: string
  /** Where the gateway is told to send callbacks. */
  readonly callbackUrl?: (shopUrl: string) => string
}

/** One order of the real gateway: its merchant, its payer, and the clock that stands still between moves. */
export class Play {
  readonly orderId: string
  readonly shop: Shop
  readonly #stage: Stage
  readonly #doors: Doors
  /** The instant that the model calls 0. */
  #startMs = 0
  #browser: PayerBrowser | undefined
  #link: string | undefined

  private constructor(stage: Stage, shop: Shop, orderId: string, doors: Doors) {
    this.#stage = stage
    this.shop = shop
    this.orderId = orderId
    this.#doors = doors
  }

  static async begin(stage: Stage, orderId: string, plan: MerchantServerPlan, doors?: Doors): Promise<Play> {
    const play = new Play(stage, await openShop(plan), orderId, doors ?? { url: stage.url })
    await play.#call('POST', '/sandbox/clock', { reset: true })
    const { body } = await play.#call('POST', '/sandbox/clock', { freeze: true })
    // The contract's times have no part of a second.
    play.#startMs = (Math.floor(Date.parse(String(body['now'])) / 1_000) + 1) * 1_000
    await play.#call('POST', '/sandbox/clock', { to: new Date(play.#startMs).toISOString() })
    return play
  }

  get hasLink(): boolean {
    return this.#link !== undefined
  }

  /** Fixes what an action is about; null where it cannot be done, because nobody has the link. */
  request(action: Action): Request | null {
    if ((action.do === 'open' || action.do === 'press') && !this.#browser) return null
    if (action.do !== 'press') return action
    const { tab, isBack, card, typed } = action
    return { do: 'press', tab, card, typed, page: this.#browser?.page(tab, isBack) ?? { kind: 'other' } }
  }

  /** Does it, and answers in the model's words. */
  async perform(request: Request): Promise<string> {
    switch (request.do) {
      case 'initiate':
        return this.#initiate(amountOf(request.content))
      case 'check':
        return this.#check()
      case 'cancel':
        return this.#answer(await this.#call('GET', `/pg/payment/card/cancel/${this.orderId}`))
      case 'resend':
        return this.#resend()
      case 'pay': {
        const { card, outcome, authentication, attempts } = request
        const { number, expiry } = cards[card]
        const answer = await this.#call('POST', `/sandbox/orders/${this.orderId}/pay`, {
          card: { number, expiryDate: expiry.slice(3) + expiry.slice(0, 2) },
          authentication,
          ...(outcome && { outcome }),
          ...(attempts && { attempts }),
        })
        return this.#answer(answer, ({ status }) => String(status))
      }
      case 'move': {
        const { by } = request
        const answer = await this.#call(
          'POST',
          '/sandbox/clock',
          by === 'next' ? { until: 'next' } : { advance: `PT${by}S` },
        )
        return this.#answer(answer, (body) => this.#clockOf(body))
      }
      case 'open':
        return (await this.#browser?.open(request.tab)) ?? 'no link'
      case 'press':
        return (await this.#browser?.press(request)) ?? 'no link'
      default:
        return unreachable(request)
    }
  }

  async see(): Promise<Sight> {
    const [check, clock, events, [callback], page, state] = await Promise.all([
      this.#check(),
      this.#call('GET', '/sandbox/clock'),
      this.#call('GET', `/sandbox/orders/${this.orderId}/events`),
      this.#callbacks(),
      this.#browser?.look(),
      this.#browser?.state(),
    ])
    const types = (events.body['events'] ?? []) as readonly { type: string }[]
    return {
      check,
      events: types.map(({ type }) => type).join(' '),
      page: page?.answer ?? null,
      state: state ?? null,
      clock: this.#clockOf(clock.body),
      callback: callback ? `${callback.state} ${callback.attempts.length}` : 'none',
      received: String(this.shop.received.length),
    }
  }

  async now(): Promise<Date> {
    const { body } = await this.#call('GET', '/sandbox/clock')
    return new Date(String(body['now']))
  }

  async #initiate(amount: number): Promise<string> {
    const { callbackUrl = (url: string) => url } = this.#doors
    const answer = await this.#call('POST', '/pg/payment/card/initiate', {
      customer: { mobilePhone: '+6281286288800' },
      order: { id: this.orderId, amount, timeout: orderLife / 60 },
      url: { callbackUrl: callbackUrl(this.shop.url) },
      sourceOfFunds: { type: 'cc' },
    })
    return this.#answer(answer, ({ redirecturl, expiryLink }) => {
      const link = String(redirecturl)
      if (this.#link !== undefined && this.#link !== link) return 'with another link'
      this.#link = link
      this.#browser ??= new PayerBrowser(link, (id) => this.#stage.attemptOf(id))
      return `until ${this.#secondsOf(wib(String(expiryLink)))}`
    })
  }

  async #check(): Promise<string> {
    const answer = await this.#call('GET', `/pg/payment/card/check/${this.orderId}`)
    return this.#answer(answer, (body) => {
      const { order, result } = body['data'] as {
        order: { amount: number }
        result: { payment: { status: string; amount: number; datetime?: string } }
      }
      const { status, amount, datetime } = result.payment
      return `${status} ${order.amount} ${amount} ${datetime === undefined ? '-' : this.#secondsOf(wib(datetime))}`
    })
  }

  async #resend(): Promise<string> {
    const answer = await this.#call('GET', `/sandbox/callbacks?orderId=${this.orderId}`)
    if (answer.status !== 200) return this.#answer(answer)
    const [callback] = (answer.body['callbacks'] ?? []) as readonly { id: string }[]
    if (!callback) return 'none'
    return this.#answer(await this.#call('POST', `/sandbox/callbacks/${callback.id}/resend`, {}), ({ state }) =>
      String(state),
    )
  }

  async #callbacks(): Promise<readonly { state: string; attempts: readonly object[] }[]> {
    const { body } = await this.#call('GET', `/sandbox/callbacks?orderId=${this.orderId}`)
    return (body['callbacks'] ?? []) as readonly { state: string; attempts: readonly object[] }[]
  }

  #clockOf(body: Readonly<Record<string, unknown>>): string {
    const next = body['next']
    return `${this.#secondsOf(String(body['now']))} ${typeof next === 'string' ? this.#secondsOf(next) : '-'}`
  }

  #secondsOf(text: string): number {
    return (Date.parse(text) - this.#startMs) / 1_000
  }

  /** Success with what it says, or the contract's code; 503 is one answer, whoever gives it. */
  #answer(
    { status, body }: { status: number; body: Record<string, unknown> },
    words: (body: Record<string, unknown>) => string = () => '',
  ): string {
    if (status === 200) return `200 ${words(body)}`.trim()
    return status === 503 ? '503' : `${status} ${String(body['responseCode'])}`
  }

  async #call(method: string, path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(this.#doors.url + path, {
      method,
      headers: {
        authorization: this.#stage.authorization,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
}

/** The contract's time as one that says where it holds. */
function wib(text: string): string {
  return `${text.replace(' ', 'T')}+07:00`
}
