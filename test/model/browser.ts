import { unreachable } from '../../src/base/invariant.ts'
import { phrases } from '../../src/pages/language.ts'
import type { Page, Request, Tab } from './action.ts'
import { cards } from './world.ts'

/** A payer's answers: what the model compares, and what the tab shows then. */
interface Shown {
  readonly answer: string
  readonly page: Page
}

/** The payer's browser: two tabs on one link, each with its history of one page. */
export class PayerBrowser {
  readonly #link: string
  readonly #attemptOf: (authenticationId: string) => Promise<number>
  readonly #tabs: Record<Tab, readonly Page[]> = { 0: [], 1: [] }

  /** `attemptOf` says which attempt a bank's challenge is about, which a page does not. */
  constructor(link: string, attemptOf: (authenticationId: string) => Promise<number>) {
    this.#link = link
    this.#attemptOf = attemptOf
  }

  /** What the payer has in front of them, or had before. */
  page(tab: Tab, isBack: boolean): Page {
    const [present, before] = this.#tabs[tab]
    return (isBack ? before : undefined) ?? present ?? { kind: 'other' }
  }

  async open(tab: Tab): Promise<string> {
    return this.#show(tab, await this.look())
  }

  async press({ tab, page, card, typed }: Extract<Request, { do: 'press' }>): Promise<string> {
    const { number, expiry } = cards[card]
    switch (page.kind) {
      case 'card':
        return this.#show(
          tab,
          await this.#post(this.#link, {
            formNo: String(page.formNo),
            number,
            expiry,
            cvv: '100',
            name: 'Budi Santoso',
          }),
        )
      case 'cvv':
        return this.#show(tab, await this.#post(`${this.#link}/cvv`, { formNo: String(page.formNo), cvv: '100' }))
      case 'authenticate':
        return this.#show(tab, await this.#post(`${this.#link}/authenticate`, { methodCompleted: 'Y' }))
      case 'challenge':
        return this.#show(tab, await this.#answerBank(page, typed))
      case 'other':
        return this.open(tab)
      default:
        return unreachable(page)
    }
  }

  /** The page as it is now; no tab changes. */
  async look(): Promise<Shown> {
    return this.#read(await fetch(`${this.#link}?lang=id`), { kind: 'other' })
  }

  /** The name of the state that the page's script polls. */
  async state(): Promise<string> {
    const answer = await fetch(`${this.#link}/status`)
    return answer.ok ? ((await answer.json()) as { state: string }).state : String(answer.status)
  }

  #show(tab: Tab, { answer, page }: Shown): string {
    this.#tabs[tab] = [page, ...this.#tabs[tab].slice(0, 1)]
    return answer
  }

  async #answerBank(page: Extract<Page, { kind: 'challenge' }>, typed: string): Promise<Shown> {
    const { creq, acsUrl } = page
    const fields = typed === 'cancel' ? { creq, cancel: '1' } : { creq, otp: typed === 'right' ? '112233' : '000000' }
    const answer = await fetch(`${acsUrl}/answer`, { method: 'POST', body: new URLSearchParams(fields) })
    const text = await answer.text()
    if (answer.status !== 200) return { answer: answer.status === 503 ? '503' : `${answer.status} bank`, page }
    const back = valueOf(text, /<form[^>]*action="([^"]*)"/)
    return this.#post(back, { cres: valueOf(text, /name="cres" value="([^"]*)"/) })
  }

  /** Sends a form and follows to the page that comes. One that is not answered stays where it is. */
  async #post(url: string, fields: Readonly<Record<string, string>>): Promise<Shown> {
    const body = new URLSearchParams({ ...fields, lang: 'id' })
    const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
    if (answer.status !== 303) return this.#read(answer, { kind: 'other' })
    await answer.arrayBuffer()
    return this.#read(await fetch(new URL(answer.headers.get('location') ?? '', url)), { kind: 'other' })
  }

  async #read(answer: Response, otherwise: Page): Promise<Shown> {
    const text = await answer.text()
    const { status } = answer
    if (status === 503) return { answer: '503', page: otherwise }
    if (status !== 200 && status !== 422) return { answer: `${status} problem`, page: otherwise }
    const shown = await this.#pageOf(text)
    return { answer: `${status} ${shown.words}`, page: shown.page }
  }

  async #pageOf(text: string): Promise<{ words: string; page: Page }> {
    const formNo = Number(/name="formNo" value="(\d+)"/.exec(text)?.[1])
    if (text.includes('name="number"')) return { words: `card ${formNo}`, page: { kind: 'card', formNo } }
    if (text.includes('name="cvv"')) return { words: `cvv ${formNo}`, page: { kind: 'cvv', formNo } }
    if (text.includes('name="methodCompleted"')) return { words: 'authenticate', page: { kind: 'authenticate' } }
    const creq = /name="creq" value="([^"]*)"/.exec(text)?.[1]
    if (creq !== undefined) {
      const named = JSON.parse(Buffer.from(creq, 'base64url').toString('utf8')) as { threeDSServerTransID: string }
      const attempt = await this.#attemptOf(named.threeDSServerTransID)
      const acsUrl = valueOf(text, /<form method="post" action="([^"]*\/acs\/challenge)"/)
      return { words: `challenge ${attempt}`, page: { kind: 'challenge', attempt, creq, acsUrl } }
    }
    return { words: wordsOf(text), page: { kind: 'other' } }
  }
}

function wordsOf(text: string): string {
  const { processing, paid, closed } = phrases('id')
  const title = valueOf(text, /<title>([^<]*)</)
  if (title.startsWith(processing.title)) return 'processing'
  if (title.startsWith(paid.againHeading) || /berhasil: /.test(title)) return 'paid'
  for (const end of ['expired', 'cancelled', 'failed'] as const) if (title.startsWith(closed[end].title)) return end
  return `a page called ${title}`
}

function valueOf(text: string, pattern: RegExp): string {
  return (pattern.exec(text)?.[1] ?? '').replaceAll('&amp;', '&').replaceAll('&#38;', '&')
}
