/** Prints an answer for a program, or the lines for a person. */
export function print(asJson: boolean | undefined, answer: unknown, lines: readonly string[]): void {
  const text = asJson ? JSON.stringify(answer, null, 2).split('\n') : lines
  process.stdout.write(`${text.map(visible).join('\n')}\n`)
}

/**
 * A line with what a terminal would obey, rather than show, written as JSON writes it: names and addresses
 * are merchants' own texts, and an escape sequence in one could rewrite what an operator reads. Within JSON
 * the same text is still the same value.
 */
export function visible(line: string): string {
  return line.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
