import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { Client } from 'pg'
import { testDatabase, type TestDatabase } from '../../test/postgres.ts'
import { packageRoot } from './package-root.ts'
import { describeSchema } from './schema.ts'

suite('schema', () => {
  let made: TestDatabase
  before(async () => {
    made = await testDatabase()
  })
  after(() => made.drop())

  async function run(sql: string): Promise<void> {
    const client = new Client(made.connection)
    await client.connect()
    await client.query(sql)
    await client.end()
  }

  test('schema.sql is what the migrations make; `npm run schema` writes it anew', async () => {
    assert.equal(await describeSchema(made.connection), readFileSync(join(packageRoot(), 'schema.sql'), 'utf8'))
  })

  test('every kind of thing that a migration may make is in the text', async () => {
    const before = await describeSchema(made.connection)
    await run(`
      create table "Odd name" (
        b bigint,
        a text collate "C" not null default 'it''s',
        twice bigint generated always as (b * 2) stored,
        constraint short check (length(a) < 9),
        unique (a),
        primary key (b)
      );
      create index by_length on "Odd name" (length(a) desc) where b > 3;
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger no_change before update on "Odd name" for each row execute function refuse()`)
    const text = await describeSchema(made.connection)
    // Line by line, as the functions of the migrations have some of these lines too.
    const known = before.split('\n')
    const added = text.split('\n').filter((line) => {
      const place = known.indexOf(line)
      if (place >= 0) known.splice(place, 1)
      return place < 0 && line !== '' && line !== ');'
    })
    assert.deepEqual(added, [
      'create table "Odd name" (',
      '  b bigint not null,',
      `  a text collate "C" default 'it''s'::text not null,`,
      '  twice bigint generated always as ((b * 2)) stored,',
      '  constraint "Odd name_pkey" PRIMARY KEY (b),',
      '  constraint "Odd name_a_key" UNIQUE (a),',
      '  constraint short CHECK ((length(a) < 9))',
      'CREATE INDEX by_length ON public."Odd name" USING btree (length(a) DESC) WHERE (b > 3);',
      'CREATE OR REPLACE FUNCTION public.refuse()',
      ' RETURNS trigger',
      ' LANGUAGE plpgsql',
      `AS $function$ begin raise exception 'no'; end $function$;`,
      'CREATE TRIGGER no_change BEFORE UPDATE ON public."Odd name" FOR EACH ROW EXECUTE FUNCTION refuse();',
    ])
  })

  test('a view or a sequence is refused rather than left out', async () => {
    await run('create view seen as select 1 as n; create sequence counted')
    await assert.rejects(describeSchema(made.connection), /not counted, seen/)
  })
})
