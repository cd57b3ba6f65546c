// Sizes of caches: few, large enough, within the memory bound.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cacheNames, placesFor, rowsFor } from '../../src/training/key-value-cache.ts';

const shape = { layers: 4, heads: 6, size: 32 };

test('places hold what is asked for, end with the context and take few values', () => {
  const found = new Set<number>();
  for (let longest = 1; longest <= 6000; longest++) {
    const places = placesFor(longest, 6000);
    assert.ok(places >= longest && places <= 6000);
    found.add(places);
  }
  assert.ok(found.size <= 14, `${found.size} sizes`);
  assert.equal(placesFor(5, 16), 16);
});

test('rows hold what is asked for as far as the memory bound allows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 1024 }), (count, places) => {
      const rows = rowsFor(count, places, shape);
      assert.ok(rows >= Math.min(count, 64), `${rows} rows for ${count}`);
    }),
  );
  assert.equal(rowsFor(1, 100, shape), 1);
  assert.equal(rowsFor(9, 100, shape), 16);
  // 12 layers of width 768 and 1,024 places are 72 MB a row
  const small = { layers: 12, heads: 12, size: 64 };
  const rows = rowsFor(64, 1024, small);
  assert.ok(rows * 72 * 1024 * 1024 <= 512 * 1024 * 1024 && rows >= 1, `${rows} rows`);
  assert.equal(rowsFor(64, 1024, { layers: 80, heads: 64, size: 128 }), 1);
});

test('caches of different sizes share no tensor', () => {
  const sizes = [
    { rows: 8, places: 64 },
    { rows: 8, places: 96 },
    { rows: 16, places: 64 },
  ];
  const names = sizes.flatMap((size) => cacheNames(size, shape));
  assert.equal(new Set(names).size, 3 * 2 * shape.layers);
});
