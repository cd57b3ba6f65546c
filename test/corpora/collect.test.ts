import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { passing } from '../../src/corpora/collect.ts';

const MB = 1e6;

/** Bytes that V8 took for its heap and its table of strings beyond those before `count` small records passed by. */
function taken(count: number, passed: (things: number) => void, name: string): number {
  const bytes = () => {
    const { used_heap_size, malloced_memory } = getHeapStatistics();
    return used_heap_size + malloced_memory;
  };
  const before = bytes();
  let most = 0;
  for (let i = 0; i < count; i++) {
    assert(JSON.parse(`{"id":"${name}${i}"}`).id.length > 1);
    passed(1);
    if (i % 1000 === 999) most = Math.max(most, bytes() - before);
  }
  return most;
}

test('what short texts of a stream leave behind does not grow with their number', () => {
  passing(1)(1);
  const few = taken(50_000, passing(20_000), 'a');
  const many = taken(200_000, passing(20_000), 'b');
  assert.ok(many < few + 4 * MB, `${few} and ${many} bytes`);
  // the growth is there where nobody collects: this test sees it
  const alone = taken(200_000, () => {}, 'c');
  assert.ok(alone > many + 4 * MB, `${many} and ${alone} bytes`);
});
