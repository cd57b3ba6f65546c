import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKeyText, makeKey, readKey, sameHash } from '../../src/evidence/api-key.ts';

const ID = '0198a000-0000-7000-8000-00000000000a';

test('a key says its id, and no text but its own has its hash', () => {
  const { text, secret_hash } = makeKey(ID);
  assert.match(text, /^exp_[0-9a-f]{32}_[\w-]{49}$/);
  assert.ok(isKeyText(text));
  assert.deepEqual(readKey(text), { id: ID, secret_hash });
  assert.notEqual(makeKey(ID).secret_hash, secret_hash);
  assert.ok(sameHash(secret_hash, readKey(text)!.secret_hash));
  assert.ok(!sameHash(secret_hash, makeKey(ID).secret_hash));
});

test('a text with one character changed, missing or too many is no key', () => {
  const { text } = makeKey(ID);
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'a' ? 'b' : 'a';
    assert.equal(readKey(text.slice(0, at) + other + text.slice(at + 1)), null, `${at}`);
    assert.equal(readKey(text.slice(0, at) + text.slice(at + 1)), null, `${at}`);
  }
  assert.equal(readKey(`${text}a`), null);
  assert.equal(readKey(`${text}\n`), null);
});
