import type { ComponentChild, VNode } from 'preact'
import { jsxTemplate } from 'preact/jsx-runtime'
import { renderToString } from 'preact-render-to-string'

/**
 * A part of pages that depends on one word of ours, a language or a drawing's name: rendered once for each
 * word, and from then on text. Never for what a merchant or a payer says, which would be kept as well.
 */
export function kept<Word extends string>(part: (word: Word) => ComponentChild): (word: Word) => VNode {
  const texts = new Map<Word, string>()
  return (word) => {
    let text = texts.get(word)
    if (text === undefined) {
      text = renderToString(jsxTemplate(['', ''], part(word)))
      texts.set(word, text)
    }
    // Preact's own form of markup that was rendered before, and its only one without an element around it.
    return jsxTemplate([text])
  }
}
