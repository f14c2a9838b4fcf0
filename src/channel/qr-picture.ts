import { crc32, deflateSync } from 'node:zlib'
import { correction, generate } from 'lean-qr'
import { invariant } from '../base/invariant.ts'

/*
 * Pictures of a text as a QR code (ISO/IEC 18004), black on white, with error correction M and the four light
 * modules around it that the standard asks for. The library finds the modules; it writes pictures as well, but
 * its PNG takes twice as long and its SVG is twice as large.
 */

const quietZone = 4

/** Bytes that every PNG begins with. */
const pngHead = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/**
 * An SVG document for a page or a file. It holds no style and no script, so that no content security policy is in
 * its way; text of anybody's is not in it. A row's dark modules are strokes as thick as a module.
 */
export function qrSvg(text: string): string {
  const rows = modulesOf(text)
  const size = rows.length
  const strokes = rows.flatMap((row, y) => runsOf(row).map(({ x, length }) => `M${x} ${y}.5h${length}`)).join('')
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size * 6}" height="${size * 6}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path stroke="#000" d="${strokes}"/></svg>`
  )
}

/** A PNG of one bit a pixel. */
export function qrPng(text: string, pixelsPerModule: number): Buffer {
  invariant(
    Number.isInteger(pixelsPerModule) && pixelsPerModule >= 1 && pixelsPerModule <= 32,
    'a module is 1 to 32 pixels wide',
  )
  const rows = modulesOf(text)
  const width = rows.length * pixelsPerModule
  const lines = rows.flatMap((row) => {
    // A line begins with its filter, none; a bit that is set is white.
    const line = Buffer.alloc(1 + Math.ceil(width / 8), 0xff)
    line[0] = 0
    for (const { x, length } of runsOf(row))
      for (let pixel = x * pixelsPerModule; pixel < (x + length) * pixelsPerModule; pixel += 1)
        line[1 + (pixel >> 3)] = (line[1 + (pixel >> 3)] ?? 0) & ~(0x80 >> (pixel & 7))
    return Array.from({ length: pixelsPerModule }, () => line)
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(width, 4)
  // One bit of grey, then the usual compression, filters and order.
  header[8] = 1
  return Buffer.concat([
    pngHead,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A part of a PNG: length, name, data, checksum. */
function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, checksum])
}

/** Which modules are dark, row by row, the quiet zone included. */
function modulesOf(text: string): boolean[][] {
  const code = generate(text, { minCorrectionLevel: correction.M, maxCorrectionLevel: correction.M })
  const length = code.size + 2 * quietZone
  return Array.from({ length }, (_, y) => Array.from({ length }, (_, x) => code.get(x - quietZone, y - quietZone)))
}

/** Dark modules of a row that lie side by side. */
function runsOf(row: readonly boolean[]): { x: number; length: number }[] {
  const runs: { x: number; length: number }[] = []
  row.forEach((isDark, x) => {
    const last = runs.at(-1)
    if (isDark && last && last.x + last.length === x) last.length += 1
    else if (isDark) runs.push({ x, length: 1 })
  })
  return runs
}
