import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberKeys } from '../../src/http/key-cache.ts';

test('an identifier is keyed once while it is met often, and never taken for another', () => {
  const asked: string[] = [];
  const keys = {
    keyFor: (tenant: string, { type, value, sha256 }: { type: string; value?: string; sha256?: string }) => {
      const key = JSON.stringify([tenant, type, value, sha256]);
      asked.push(key);
      return { key, type, key_version: 1, normaliser_version: 1 };
    },
  };
  const remembered = rememberKeys(keys, 4);
  const some = [
    { type: 'email', value: 'a' },
    { type: 'email', sha256: 'a' },
    { type: 'name', value: 'a' },
    { type: 'email', value: '#a' },
  ];
  const expected = some.map((one) => keys.keyFor('t', one).key);
  asked.length = 0;
  for (let round = 0; round < 3; round++)
    assert.deepEqual(
      some.map((one) => remembered.keyFor('t', one).key),
      expected,
    );
  assert.equal(new Set(asked).size, 4);
  assert.notEqual(remembered.keyFor('u', some[0]!).key, expected[0]);
  asked.length = 0;
  for (let i = 0; i < 100; i++) {
    remembered.keyFor('t', some[0]!);
    remembered.keyFor('t', { type: 'email', value: `v${i}` });
  }
  assert.ok(asked.length <= 101, 'the one that is always used stays');
  asked.length = 0;
  for (let i = 0; i < 100; i++) remembered.keyFor('t', { type: 'email', value: `v${i}` });
  assert.ok(asked.length > 90, 'what was used long ago is forgotten');
});
