/** Prints an answer for a program, or the lines for a person. */
export function print(asJson: boolean | undefined, answer: unknown, lines: readonly string[]): void {
  process.stdout.write(asJson ? `${JSON.stringify(answer, null, 2)}\n` : `${lines.join('\n')}\n`)
}
