/*
 * A backup is a gzip of lines of JSON. It holds every row of every table as PostgreSQL writes a row as text,
 * which every later PostgreSQL reads, and no schema: that is made by the same migrations.
 */

/** Of the file, not of the schema: another one is another way to read it. */
export const format = 1

/** What a backup says of itself, in its first line. */
export interface Header {
  readonly gerbang: 'backup'
  readonly format: number
  readonly madeAt: string
  readonly program: string
  readonly postgres: string
  /** The schema: the migrations that made it. */
  readonly migrations: readonly { readonly version: number; readonly name: string; readonly checksum: string }[]
  /** In the order in which they can be filled: a table comes after those that it refers to. */
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[]
}

/** How many rows a table has, and a digest of them that does not depend on their order. */
export interface Tally {
  readonly rows: number
  readonly digest: string
}

/**
 * A line of the file. Between a table's `begin` and `end` stand its rows, each as PostgreSQL writes a row as
 * text; the last line seals all before it.
 */
export type Line = Header | { readonly begin: string } | readonly string[] | ({ readonly end: string } & Tally)

export interface Seal {
  readonly complete: true
  /** SHA-256 of all lines before this one. */
  readonly sha256: string
}
