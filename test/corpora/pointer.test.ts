import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFinder } from '../../src/corpora/find-subjects.ts';
import { atPointer, LostDigits, readPointer } from '../../src/corpora/pointer.ts';

test('texts and numbers are read where a pointer leads, also through every item of an array', () => {
  const line = { a: [{ id: 7 }, { id: 'x' }, { other: 1 }], 'b/c': { '~': ['one', 2] } };
  assert.deepEqual(atPointer(line, readPointer('/a/*/id')), ['7', 'x']);
  assert.deepEqual(atPointer(line, readPointer('/a/1/id')), ['x']);
  assert.deepEqual(atPointer(line, readPointer('/b~1c/~0')), ['one', '2']);
  assert.deepEqual(atPointer(line, readPointer('/a/id')), []);
});

test('a number whose last digits were lost is refused, with where it stands: it would be another person’s', async () => {
  const finder = await createFinder({ pointers: [{ pointer: '/user/id', type: 'user_id' }] });
  const found = (id: unknown) => finder.inLine({ user: { id } }).map(({ identifier }) => identifier.value);
  assert.deepEqual(found(9007199254740991), ['9007199254740991']);
  assert.deepEqual(found('1050118621198921729'), ['1050118621198921729']);
  const lost = JSON.parse('{ "id": 1050118621198921729 }') as { id: number };
  assert.throws(
    () => found(lost.id),
    (error) => error instanceof LostDigits && error.pointer === '/user/id' && /send it as text/.test(error.message),
  );
});
