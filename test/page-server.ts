import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Language } from '../src/pages/language.ts'
import { type Sample, sample } from './page-samples.ts'

/** A form as it arrived. */
export interface Post {
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Serves the sample pages with their own headers, and writes down what comes back. A POST is answered by a
 * redirect to `/done`, except where `answers` says otherwise.
 */
export class PageServer {
  readonly posts: Post[] = []
  /** Paths that the browser asked for, in order. */
  readonly requests: string[] = []
  /** Pages beside the samples, by path. */
  readonly answers = new Map<string, () => Sample | undefined>()
  /** Paths whose POST is answered by 204, which keeps a browser on its page (RFC 9110, 15.3.5). */
  readonly silent = new Set<string>()
  readonly #server: Server
  readonly #browser: Browser

  private constructor(browser: Browser) {
    this.#browser = browser
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', this.origin)
      this.requests.push(`${request.method} ${url.pathname}`)
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      request.on('end', () => {
        const answer = this.answers.get(url.pathname)
        if (request.method === 'POST') {
          this.posts.push({ path: url.pathname, fields: Object.fromEntries(new URLSearchParams(body)) })
          if (!answer) {
            if (this.silent.has(url.pathname)) response.writeHead(204).end()
            else response.writeHead(303, { location: '/done' }).end()
            return
          }
        }
        const language: Language = url.searchParams.get('lang') === 'en' ? 'en' : 'id'
        const found = answer ? answer() : sample(url.pathname.slice(1), language)
        if (found) response.writeHead(200, found.headers).end(found.html)
        else if (url.pathname === '/done')
          response
            .writeHead(200, { 'content-type': 'text/html' })
            .end('<title>done</title><link rel="icon" href="data:,">')
        else response.writeHead(404).end()
      })
    })
  }

  static async start(browser: Browser): Promise<PageServer> {
    const pages = new PageServer(browser)
    await new Promise<void>((resolve) => pages.#server.listen(0, '127.0.0.1', resolve))
    return pages
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Opens a page in a browser of its own; `complaints` gathers what its console says. */
  async visit(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
    this.posts.length = 0
    this.requests.length = 0
    const context = await this.#browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${this.origin}/${path}`)
    return { page, complaints }
  }

  /** Opens a page whose clock stands still until `page.clock.runFor` moves it. */
  async visitFrozen(path: string): Promise<Page> {
    this.posts.length = 0
    const context = await this.#browser.newContext()
    const page = await context.newPage()
    await page.clock.install({ time: 0 })
    await page.clock.pauseAt(60_000)
    await page.goto(`${this.origin}/${path}`)
    return page
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
