import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLines } from '../../src/http/ndjson.ts';

const LIMITS = { lineBytes: 100, totalBytes: 10_000 };
const collect = async (chunks: Buffer[], limits = LIMITS) => Array.fromAsync(readLines(Readable.from(chunks), limits));
const hasCode = (code: string, text: RegExp) => (error: unknown) =>
  (error as { code?: string }).code === code && text.test((error as Error).message);

test('lines are numbered as an editor numbers them; blank ones are skipped', async () => {
  const lines = await collect([Buffer.from('\uFEFFa\r\n\n  \nb\nc')]);
  assert.deepEqual(
    lines.map(({ number, text }) => [number, text.trim()]),
    [
      [1, 'a'],
      [4, 'b'],
      [5, 'c'],
    ],
  );
});

test('however the bytes are cut into chunks, the lines are the same', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((s) => s.replaceAll(/[\r\n]/g, '_'));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 8 }), fc.integer({ min: 1, max: 7 }), async (texts, size) => {
      const bytes = Buffer.from(texts.join('\n'));
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      const whole = await collect(bytes.length > 0 ? [bytes] : [], { lineBytes: 1000, totalBytes: 10_000 });
      assert.deepEqual(await collect(chunks, { lineBytes: 1000, totalBytes: 10_000 }), whole);
    }),
    { numRuns: 60 },
  );
});

test('a line over the limit is refused by number before the rest of it arrives', async () => {
  let sent = 0;
  async function* endless() {
    yield Buffer.from('ok\n');
    for (;;) {
      sent += 60;
      yield Buffer.alloc(60, 'x');
    }
  }
  await assert.rejects(Array.fromAsync(readLines(endless(), LIMITS)), hasCode('record-too-large', /Line 2/));
  assert.equal(sent, 120, 'it stopped reading');
});

test('a whole upload over the limit, and bytes that are not UTF-8, are refused', async () => {
  const many = Array.from({ length: 200 }, () => Buffer.from(`${'x'.repeat(80)}\n`));
  await assert.rejects(collect(many), hasCode('body-too-large', /10000 bytes/));
  await assert.rejects(collect([Buffer.from([0x61, 0x0a, 0xff, 0x0a])]), (error: unknown) => {
    assert.deepEqual((error as { extra?: unknown }).extra, { line: 2 });
    return hasCode('malformed-line', /Line 2/)(error);
  });
});

test('what is wrong with a line is said after the lines before it were handed on', async () => {
  for (const wrong of [Buffer.from('x'.repeat(101)), Buffer.from([0xff])]) {
    const seen: string[] = [];
    const chunk = Buffer.concat([Buffer.from('a\nb\n'), wrong, Buffer.from('\nc\n')]);
    await assert.rejects(async () => {
      for await (const { text } of readLines(Readable.from([chunk]), LIMITS)) seen.push(text);
    });
    assert.deepEqual(seen, ['a', 'b']);
  }
});
