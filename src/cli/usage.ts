import { parseArgs, type ParseArgsConfig } from 'node:util'

/** The command was called wrongly; the process ends with 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Reads options and exactly `count` words.
 *
 * @throws UsageError
 */
export function read<const T extends Options>(words: readonly string[], options: T, count: number) {
  const parsed = parse(words, options)
  if (parsed.positionals.length < count) throw new UsageError('Something is missing.')
  if (parsed.positionals.length > count) throw new UsageError(`What is \`${parsed.positionals[count]}\`?`)
  return parsed
}

function parse<const T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
