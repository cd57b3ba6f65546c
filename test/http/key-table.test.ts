import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortDigest } from '../../src/corpora/short-digest.ts';
import { KeyTable } from '../../src/http/key-table.ts';

interface Identifier {
  type: string;
  value?: string;
  sha256?: string;
}
const nameOf = (identifier: Identifier) => JSON.stringify(Object.entries(identifier).sort());

function find(table: KeyTable, { type, value, sha256 }: Identifier): Int32Array {
  const [types, values] = [Buffer.from(type), Buffer.from(value ?? sha256!)];
  const where = { typeFrom: 1, typeTo: 1 + types.length, from: 2 + types.length, to: 2 + types.length + values.length };
  return table.find(Buffer.from(`-${types}-${values}-`), { ...where, hashed: value === undefined });
}

function tableOf(places: number) {
  const asked: string[] = [];
  const keyFor = (tenant: string, identifier: Identifier) => {
    assert.equal(tenant, 't');
    asked.push(nameOf(identifier));
    return { key: nameOf(identifier), type: identifier.type, key_version: 1, normaliser_version: 1 };
  };
  const table = new KeyTable('t', { keyFor }, places);
  const found = (identifier: Identifier) => Buffer.from(find(table, identifier).slice().buffer).toString('hex');
  return { asked, table, found };
}

test('an identifier is keyed once while it is met often, and never taken for another', () => {
  const { asked, table, found } = tableOf(64);
  const some = [
    { type: 'email', value: 'a' },
    { type: 'email', sha256: 'a' },
    { type: 'emai', value: 'l=a' },
    { type: 'name', value: 'a' },
    { type: 'name', value: '#é' },
  ];
  for (let round = 0; round < 3; round++) for (const one of some) assert.equal(found(one), shortDigest(nameOf(one)));
  assert.deepEqual(asked, some.map(nameOf));
  assert.deepEqual(
    table.made.map(({ key }) => key),
    asked,
  );
});

test('when there are more than places, all are right', () => {
  const { asked, found } = tableOf(8);
  const many = Array.from({ length: 50 }, (_, i) => ({ type: 'email', value: `v${i}` }));
  for (let round = 0; round < 3; round++) for (const one of many) assert.equal(found(one), shortDigest(nameOf(one)));
  assert.ok(asked.length > 100, 'what was met long ago is forgotten');
});

test('the table grows with those it holds', () => {
  const { asked, found } = tableOf(1 << 14);
  const many = Array.from({ length: 6000 }, (_, i) => ({ type: 'name', value: `n${i}` }));
  for (let round = 0; round < 2; round++) for (const one of many) assert.equal(found(one), shortDigest(nameOf(one)));
  assert.ok(asked.length < 6100, `${asked.length}`);
});

test('what cannot be keyed is told each time', () => {
  const keyFor = () => {
    throw new Error('nothing to compare');
  };
  const table = new KeyTable('t', { keyFor }, 8);
  for (let round = 0; round < 2; round++)
    assert.throws(() => find(table, { type: 'email', value: ' ' }), /nothing to compare/);
});
