import { parseArgs } from 'node:util'

/** The command was called wrongly; the process ends with 2. */
export class UsageError extends Error {}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

interface Read<T extends Options> {
  readonly values: { readonly [Name in keyof T]?: T[Name]['type'] extends 'string' ? string : boolean }
  readonly positionals: readonly string[]
}

/**
 * Reads options and exactly `count` words.
 *
 * @throws UsageError
 */
export function read<const T extends Options>(words: readonly string[], options: T, count: number): Read<T> {
  const parsed = parse(words, options)
  if (parsed.positionals.length < count) throw new UsageError('Something is missing.')
  if (parsed.positionals.length > count) throw new UsageError(`What is \`${parsed.positionals[count]}\`?`)
  return parsed
}

function parse<const T extends Options>(words: readonly string[], options: T): Read<T> {
  try {
    // What parseArgs gives has the shape that its options say.
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true }) as Read<T>
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
