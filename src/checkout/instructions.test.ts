import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channels } from '../channel/catalogue.ts'
import { languages } from '../pages/language.ts'
import { bankOf, instructionsFor, placeOf } from './instructions.ts'

const filling = { code: '8804 4000', amount: 'Rp285.000' }

test('every channel but cards is explained in both languages, with nothing left to fill in', () => {
  for (const { id, family } of channels) {
    const [first, other] = languages.map((language) => instructionsFor(id, language, filling))
    assert.ok(first && other)
    if (family === 'card') {
      assert.deepEqual(first, [])
      continue
    }
    assert.ok(first.length > 0, id)
    for (const { title, steps } of [...first, ...other]) {
      assert.ok(steps.length >= 3, id)
      for (const text of [title, ...steps]) {
        assert.doesNotMatch(text, /[{}]|undefined|^$/, id)
        assert.equal(text.trim(), text, id)
      }
    }
    assert.deepEqual(
      first.map(({ steps }) => steps.length),
      other.map(({ steps }) => steps.length),
      id,
    )
    assert.equal(new Set(first.map(({ title }) => title)).size, first.length, `${id}: titles differ`)
  }
})

test('where a number is paid to, every way says it; and how much', () => {
  for (const { id } of channels.filter(({ family }) => family === 'virtual-account' || family === 'paycode'))
    for (const language of languages)
      for (const { title, steps } of instructionsFor(id, language, filling)) {
        assert.ok(
          steps.some((each) => each.includes(filling.code)),
          `${id}, ${title}: the number`,
        )
        assert.ok(
          steps.some((each) => each.includes(filling.amount)),
          `${id}, ${title}: the amount`,
        )
      }
})

test('banks have the ways that they have, under their own names', () => {
  const titles = (id: Parameters<typeof bankOf>[0]) => instructionsFor(id, 'id', filling).map(({ title }) => title)
  assert.deepEqual(titles('vabca'), ['BCA mobile', 'ATM BCA', 'KlikBCA'])
  assert.deepEqual(titles('vabnc'), ['neobank', 'Dari bank lain'])
  assert.deepEqual(titles('vabsi'), ['Mobile banking BSI', 'ATM BSI', 'Internet banking BSI', 'Dari bank lain'])
  assert.equal(bankOf('vanagari', 'en'), 'Bank Nagari')
  const mandiri = instructionsFor('vamandiri', 'en', filling).flatMap(({ steps }) => steps)
  assert.ok(mandiri.some((each) => each.includes('bank code 008')))
  assert.ok(mandiri.some((each) => each.includes('company code')))
})

test('a code that is named after no place says where it is paid', () => {
  assert.equal(placeOf('vabca', 'id'), 'BCA')
  assert.equal(placeOf('alfamart', 'en'), 'Alfamart')
  assert.match(placeOf('finpaycode', 'en'), /Pegadaian/)
  assert.match(placeOf('pospay', 'id'), /Kantor pos/)
})
