import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The success criteria of WCAG 2.2 A and AA, as axe tags its rules. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * Fails with a readable list if axe finds anything against WCAG 2.2 AA. The page keeps its own CSP: the
 * debugger's evaluation is not subject to it.
 */
export async function assertAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(source)
  const { violations } = await page.evaluate(
    async (values) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        runOnly: { type: 'tag', values },
        // Off by default in axe, although WCAG 2.2 AA has it (2.5.8).
        rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations'],
      }),
    tags,
  )
  const list = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary ?? ''}`),
  )
  assert.equal(list.length, 0, `${name} is not accessible:\n${list.join('\n')}`)
}
