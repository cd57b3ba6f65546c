import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TextCache } from '../../src/corpora/text-cache.ts';

test('a name gives its own text or nothing, however many there are', () => {
  const pairs = fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 30 })));
  fc.assert(
    fc.property(pairs, fc.integer({ min: 1, max: 20 }), (given, most) => {
      const cache = new TextCache(most, 64);
      const known = new Map<string, string>();
      for (const [name, text] of given) {
        const found = cache.get(name);
        if (found !== undefined) assert.equal(found, known.get(name));
        else {
          known.set(name, text);
          cache.set(name, text);
        }
      }
    }),
  );
});

test('what fits is remembered, an empty text too; what does not fit is not', () => {
  const cache = new TextCache(8, 32);
  for (const [name, text] of [
    ['a', 'one'],
    ['é', ''],
    ['x'.repeat(20), 'y'.repeat(10)],
  ] as const) {
    assert.equal(cache.get(name), undefined);
    cache.set(name, text);
    assert.equal(cache.get(name), text);
  }
  for (const [name, text] of [
    ['x'.repeat(20), 'y'.repeat(11)],
    ['x'.repeat(300), ''],
    ['b', 'é'.repeat(200)],
  ] as const) {
    cache.set(name, text);
    assert.notEqual(cache.get(name), text);
  }
});

test('the name that was used last stays', () => {
  const cache = new TextCache(2, 32);
  cache.set('kept', 'yes');
  for (let i = 0; i < 20; i++) {
    assert.equal(cache.get('kept'), 'yes');
    cache.set(`other-${i}`, 'no');
  }
});
