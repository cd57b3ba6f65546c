import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonFile } from '../../src/checkpoints/json-file.ts';

const parse = (text: string, name = 'config.json') => parseJsonFile(Buffer.from(text), name);

test('JSON of any kind is parsed as JSON.parse has it', () => {
  for (const value of [null, 1, 'a"\\[{', [], {}, [[{ 'a"': [{ '}': ']' }] }]], { a: { a: { a: 1 } }, b: { a: 1 } }])
    assert.deepEqual(parse(JSON.stringify(value, null, 1)), value);
  assert.deepEqual(parse('{"a":"a","b":["a","a"],"c":{"a" \n:1}}'), { a: 'a', b: ['a', 'a'], c: { a: 1 } });
});

test('a key twice, depth, and what is no JSON in UTF-8 are refused', () => {
  const cases: [string, RegExp][] = [
    ['{"a":1,"b":{},"a" :2}', /^config\.json: holds the key "a" twice/],
    ['{"x":[{"a":1,"\\u0061":2}]}', /holds the key "a" twice/],
    [`${'['.repeat(65)}${']'.repeat(65)}`, /is JSON that is nested too deeply/],
    [`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, /is JSON that is nested too deeply/],
    ['\uFEFF{}', /is not JSON in UTF-8/],
    ['{"a":"', /is not JSON in UTF-8/],
    ['{"\\q":1}', /is not JSON in UTF-8/],
    ['', /is not JSON in UTF-8/],
  ];
  for (const [text, message] of cases)
    assert.throws(() => parse(text), { code: 'checkpoint-invalid', message }, text.slice(0, 30));
  assert.throws(() => parseJsonFile(Buffer.from([0x22, 0xff, 0x22]), 'x.json'), { message: /^x\.json: is not JSON/ });
  assert.ok(Array.isArray(parse(`${'['.repeat(64)}${']'.repeat(64)}`)));
  // a vocabulary may name a word twice, as far as other readers are concerned
  assert.deepEqual(parse('{"a":1,"a":2}', 'tokenizer.json'), { a: 2 });
});

test('text made to be slow is not', () => {
  const started = performance.now();
  for (const part of ['\\"', '"', '"a":', '{"a"  ', '\\', '[', ' '])
    for (const start of ['"', '{"', '{', '['])
      assert.throws(() => parse(start + part.repeat(1_000_000)), { code: 'checkpoint-invalid' });
  assert.ok(performance.now() - started < 10_000);
});
