import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pickLanguage } from './language.ts'

test('a choice beats Accept-Language, and Indonesian is for whoever asks for neither', () => {
  const rows: [unknown, string | undefined, string][] = [
    [undefined, undefined, 'id'],
    [undefined, '', 'id'],
    [undefined, 'en-US,en;q=0.9', 'en'],
    [undefined, 'id-ID,id;q=0.9,en;q=0.8', 'id'],
    [undefined, 'in-ID', 'id'],
    [undefined, 'ms-MY,en;q=0.5', 'id'],
    [undefined, 'fr, en;q=0.4, id;q=0.6', 'id'],
    [undefined, 'id;q=0, en;q=0.1', 'en'],
    [undefined, 'id;q=nonsense, en', 'en'],
    [undefined, 'zh-CN,zh', 'id'],
    ['en', 'id', 'en'],
    ['id', 'en', 'id'],
    ['EN', 'id', 'id'],
    [['en'], 'id', 'id'],
  ]
  for (const [chosen, header, language] of rows)
    assert.equal(pickLanguage(chosen, header), language, `${String(chosen)} and ${header}`)
})
