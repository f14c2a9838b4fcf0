import type { AuthenticationStep } from '../payment/order.ts'

/*
 * What a merchant puts into its payer's page (finpay-api.md 5.6: a `div#initiate3dsSimpleRedirect` with a frame, forms
 * and a script). Values stand in attributes only, escaped; the scripts are constant, and without them, or where a
 * policy of the merchant's page forbids them, the payer presses the button.
 */

type Challenge = Extract<AuthenticationStep, { kind: 'challenge' }>

/** The bank has ten seconds to look at the browser (reference-facts.md 5.7). */
const challengeScript = `(function () {
  var challenge = document.getElementById('threeDsChallenge')
  var method = document.getElementById('threeDsMethod')
  var isSent = false
  function go() {
    if (isSent) return
    isSent = true
    challenge.submit()
  }
  if (!method) return go()
  document.getElementById('methodFrame').addEventListener('load', go)
  setTimeout(go, 10000)
  method.submit()
})()`

const returnScript = `document.getElementById('threeDsReturn').click()`

/** Leads the payer to the bank. The bank's page takes the whole window, as no bank lets itself be framed by everybody. */
export function challengeHtml({ acsUrl, creq, method }: Challenge): string {
  const look = method
    ? `<iframe id="methodFrame" name="methodFrame" title="3-D Secure" width="1" height="1" hidden></iframe>` +
      `<form id="threeDsMethod" method="post" action="${escaped(method.url)}" target="methodFrame">` +
      `<input type="hidden" name="threeDSMethodData" value="${escaped(method.data)}"></form>`
    : ''
  return wrapped(
    `${look}<form id="threeDsChallenge" method="post" action="${escaped(acsUrl)}" target="_top">` +
      `<input type="hidden" name="creq" value="${escaped(creq)}">` +
      `<button type="submit">Lanjut ke bank Anda / Continue to your bank</button></form>`,
    challengeScript,
  )
}

/** Leads the payer on where the bank has nothing to ask. */
export function returnHtml(url: string): string {
  return wrapped(`<a id="threeDsReturn" href="${escaped(url)}" target="_top">Lanjut / Continue</a>`, returnScript)
}

function wrapped(content: string, script: string): string {
  return `<div id="initiate3dsSimpleRedirect">${content}<script>${script}</script></div>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
