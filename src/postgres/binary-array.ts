/*
 * Arrays as PostgreSQL receives them in binary, for the statements that write many rows. As text, each
 * element is escaped here and read again there: half of what a batch costs both sides. The form is that
 * of `array_recv` and of each type's own `…recv` (PostgreSQL's arrayfuncs.c, timestamp.c, uuid.c): number
 * of dimensions, a flag for nulls, the element type's oid, length, lower bound, then each element with its
 * length before it, -1 for null. All integers are big-endian.
 */

const headerBytes = 20

/** Element types by PostgreSQL's own numbers (pg_type.dat). */
const oids = { bytea: 17, bigint: 20, integer: 23, text: 25, timestamptz: 1184, uuid: 2950 } as const

/** Timestamps count microseconds from 2000-01-01 UTC. */
const postgresEpochMs = 946_684_800_000

/** A value for a parameter of the type `text[]`. */
export function textArray(values: readonly (string | null)[]): Buffer {
  let size = headerBytes + 4 * values.length
  for (const value of values) if (value !== null) size += Buffer.byteLength(value)
  const array = begin(oids.text, values.length, size)
  let at = headerBytes
  for (const value of values) {
    const length = value === null ? 0 : array.write(value, at + 4)
    array.writeInt32BE(value === null ? -1 : length, at)
    at += 4 + length
  }
  return array
}

/** A value for a parameter of the type `bytea[]`. */
export function byteaArray(values: readonly Buffer[]): Buffer {
  let size = headerBytes + 4 * values.length
  for (const value of values) size += value.length
  const array = begin(oids.bytea, values.length, size)
  let at = headerBytes
  for (const value of values) {
    array.writeInt32BE(value.length, at)
    value.copy(array, at + 4)
    at += 4 + value.length
  }
  return array
}

/** A value for a parameter of the type `bigint[]`. */
export function bigintArray(values: readonly bigint[]): Buffer {
  const array = begin(oids.bigint, values.length, headerBytes + 12 * values.length)
  for (const [index, value] of values.entries()) {
    const at = headerBytes + 12 * index
    array.writeInt32BE(8, at)
    array.writeBigInt64BE(value, at + 4)
  }
  return array
}

/** A value for a parameter of the type `integer[]`. */
export function integerArray(values: readonly (number | null)[]): Buffer {
  const array = begin(oids.integer, values.length, headerBytes + 8 * values.length)
  let at = headerBytes
  for (const value of values) {
    at = array.writeInt32BE(value === null ? -1 : 4, at)
    if (value !== null) at = array.writeInt32BE(value, at)
  }
  return array.subarray(0, at)
}

/** A value for a parameter of the type `timestamptz[]`. */
export function timestampArray(values: readonly (Date | null)[]): Buffer {
  const array = begin(oids.timestamptz, values.length, headerBytes + 12 * values.length)
  let at = headerBytes
  for (const value of values) {
    at = array.writeInt32BE(value === null ? -1 : 8, at)
    if (value !== null) at = array.writeBigInt64BE(BigInt(value.getTime() - postgresEpochMs) * 1_000n, at)
  }
  return array.subarray(0, at)
}

/** A value for a parameter of the type `uuid[]`. */
export function uuidArray(values: readonly string[]): Buffer {
  const array = begin(oids.uuid, values.length, headerBytes + 20 * values.length)
  for (const [index, value] of values.entries()) {
    const at = headerBytes + 20 * index
    array.writeInt32BE(16, at)
    array.write(value.replaceAll('-', ''), at + 4, 'hex')
  }
  return array
}

function begin(oid: number, length: number, size: number): Buffer {
  const array = Buffer.allocUnsafe(size)
  array.writeInt32BE(1, 0)
  array.writeInt32BE(1, 4)
  array.writeInt32BE(oid, 8)
  array.writeInt32BE(length, 12)
  array.writeInt32BE(1, 16)
  return array
}
