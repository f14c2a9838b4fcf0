import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** One kept-alive connection to 127.0.0.1, one request at a time: less work than a whole HTTP client. */
export class Connection {
  readonly #socket: Socket
  #buffered = ''
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined

  constructor(port: number) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (chunk: string) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#waiting?.reject(error))
    this.#socket.on('close', () => this.#waiting?.reject(new Error('The server closed a connection')))
  }

  get(path: string): Promise<Answer> {
    return this.#send(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
  }

  post(path: string, type: string, body: string, headers = ''): Promise<Answer> {
    return this.#send(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}content-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  }

  form(path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    return this.post(path, 'application/x-www-form-urlencoded', String(new URLSearchParams(fields)))
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(request, 'latin1')
    })
  }

  #read(chunk: string): void {
    this.#buffered += chunk
    const headEnd = this.#buffered.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = this.#buffered.slice(0, headEnd)
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
    if (this.#buffered.length < headEnd + 4 + length) return
    const answer = { status: Number(head.slice(9, 12)), head, body: this.#buffered.slice(headEnd + 4) }
    this.#buffered = ''
    this.#waiting?.resolve(answer)
  }
}
