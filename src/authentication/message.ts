/**
 * The messages that travel through the payer's browser, as base64url JSON in form fields (EMVCo 3-D Secure
 * 2.2.0: `threeDSMethodData`, `creq`, `cres`). They come back from a browser, so whatever they say is a
 * name to look up and never a fact.
 */

export interface MethodData {
  readonly threeDSServerTransID: string
  readonly threeDSMethodNotificationURL?: string
}

export interface ChallengeRequest {
  readonly threeDSServerTransID: string
  readonly acsTransID: string
  readonly messageVersion: '2.2.0'
  readonly messageType: 'CReq'
  /** 05: full page. */
  readonly challengeWindowSize: '05'
}

export interface ChallengeResponse {
  readonly threeDSServerTransID: string
  readonly acsTransID: string
  readonly messageVersion: '2.2.0'
  readonly messageType: 'CRes'
  readonly challengeCompletionInd: 'Y'
  readonly transStatus: string
}

export function encode(message: MethodData | ChallengeRequest | ChallengeResponse): string {
  return Buffer.from(JSON.stringify(message)).toString('base64url')
}

/** The two ids of a message, as far as they have the form of ids. */
export interface Named {
  readonly threeDSServerTransID: string | undefined
  readonly acsTransID: string | undefined
}

/** Reads the ids of a message that a browser brought; undefined for anything that is no such message. */
export function decode(text: string): Named | undefined {
  if (text.length > maxLength) return undefined
  try {
    const message: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof message === 'object' && message !== null
      ? { threeDSServerTransID: id(message, 'threeDSServerTransID'), acsTransID: id(message, 'acsTransID') }
      : undefined
  } catch {
    return undefined
  }
}

/** Ours are a few hundred characters; a browser may send anything. */
const maxLength = 4_096

function id(message: object, name: string): string | undefined {
  const value: unknown = Object.hasOwn(message, name) ? Reflect.get(message, name) : undefined
  return typeof value === 'string' && isId(value) ? value : undefined
}

/** Lower-case UUIDs, as we write them. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}
