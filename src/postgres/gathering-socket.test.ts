import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { gatheringSocket } from './gathering-socket.ts'

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())

async function connected(): Promise<{ here: Socket; there: Socket }> {
  const here = gatheringSocket()
  const coming = once(server, 'connection') as Promise<[Socket]>
  here.connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(here, 'connect')
  const [there] = await coming
  there.setEncoding('utf8')
  return { here, there }
}

test('what is written in one turn waits for its end, corked by others or not, and arrives in order', async () => {
  const { here, there } = await connected()
  for (const text of ['a', 'b', 'c']) {
    here.cork()
    here.write(text)
    here.uncork()
  }
  here.write('d')
  assert.equal(here.writableLength, 4, 'nothing has been sent')
  let arrived = ''
  there.on('data', (text: string) => (arrived += text))
  while (arrived.length < 4) await once(there, 'data')
  assert.equal(arrived, 'abcd')
  here.write('e')
  await once(there, 'data')
  assert.equal(arrived, 'abcde')
  here.destroy()
})

test('a connection that is gone before the turn ends takes nothing with it', async () => {
  const { here, there } = await connected()
  here.write('lost')
  here.destroy()
  await once(there, 'close')
})
