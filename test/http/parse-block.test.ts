import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toLine } from '../../src/corpora/records.ts';
import { shortDigest } from '../../src/corpora/short-digest.ts';
import { normalise } from '../../src/corpora/subjects.ts';
import { textOf } from '../../src/http/ndjson.ts';
import { BlockParser } from '../../src/http/parse-block.ts';
import { readRecord } from '../../src/http/records.ts';
import { anyText } from '../helpers/any-text.ts';

const keys = {
  keyFor: (tenant: string, { type, value, sha256 }: { type: string; value?: string; sha256?: string }) => ({
    ...{ key: JSON.stringify([tenant, type, sha256 ?? normalise(type, value!)]), type },
    ...{ key_version: 1, normaliser_version: 1 },
  }),
};
// one for all, as for an upload: what it knows of a block must not show in the next
const parser = new BlockParser({ tenant: 't', lineBytes: 10_000, keys });
const known = new Map<string, string>();
const hex = (words: Int32Array, at: number) =>
  Buffer.from(words.buffer, words.byteOffset + 16 * at, 16).toString('hex');

/** What is kept of some bytes: the stored text, the line and id of each record, and who stands on which. */
function kept(bytes: Buffer) {
  const { lines, spooled, objects } = parser.parse({ bytes: Buffer.from(bytes), firstLine: 1 });
  const { ids, places, subjects, links, keys } = spooled.index;
  for (const { key } of keys) known.set(shortDigest(key), key);
  return {
    slow: objects - keys.length,
    text: Buffer.from(lines.text).toString(),
    bytes: [...lines.lengths],
    lines: [...spooled.lines],
    ids: Array.from({ length: ids.length / 4 }, (_, i) => hex(ids, i)),
    people: Array.from(places, (place, i) => [place, known.get(hex(subjects, i))]),
    links: Array.from({ length: links.length / 8 }, (_, i) =>
      [known.get(hex(links, 2 * i)), known.get(hex(links, 2 * i + 1))].sort(),
    ),
  };
}

/** The same, a line after the other, read as text. */
function expected(bytes: Buffer): ReturnType<typeof kept> {
  const all: ReturnType<typeof kept> = { slow: 0, text: '', bytes: [], lines: [], ids: [], people: [], links: [] };
  let [start, number] = [0, 1];
  for (; start < bytes.length; number++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found;
    const text = textOf(bytes.subarray(start, end), number);
    start = end + 1;
    if (text === null) continue;
    const { record, subjects: distinct } = readRecord({ number, text }, 't', keys);
    for (const { key } of distinct) all.people.push([all.ids.length, key]);
    if (distinct.length === 2 && distinct[0]!.type !== distinct[1]!.type)
      all.links.push([distinct[0]!.key, distinct[1]!.key].sort());
    all.ids.push(shortDigest(record.id));
    all.text += toLine(record);
    all.bytes.push(Buffer.byteLength(toLine(record)));
    all.lines.push(number);
  }
  return all;
}

const outcome = <T>(work: () => T): T | string => {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
};

const PLAIN = [
  '{"id":"a","prompt":"P é \\n\\"","answer":"A"}',
  '{ "answer" : "\\\\", "subjects":[ ], "id":"b" ,"prompt":""}\r',
  '{"completion":"C","prompt":"p","id":"c","subjects":[{"type":"email","value":"A@x"},{"value":"a@x","type":"email"}]}',
  '',
  '{"id":"\u2028","text":"t","subjects":[{"type":"email","value":"A@x"},{"type":"name","value":"N"}]}',
  `{"id":"e","text":"t","subjects":[{"type":"name","sha256":"${'0a'.repeat(32)}"}]}`,
].join('\n');

test('plain lines are never read as text, and come out as if they were', () => {
  const bytes = Buffer.from(PLAIN);
  const found = kept(bytes);
  assert.deepEqual(found, { ...expected(bytes), slow: 1 }, 'the blank one is looked at');
  assert.deepEqual(found.lines, [1, 2, 3, 5, 6]);
  assert.equal(found.people.length, 4);
  assert.equal(found.links.length, 1);
});

test('a key that a refused block made is told of with the next one that names it', () => {
  const line = '{"id":"\\u00e9","text":"t","subjects":[{"type":"email","value":"refused@x"}]}';
  assert.equal(typeof outcome(() => kept(Buffer.from(`${line}\nno record`))), 'string');
  assert.deepEqual(kept(Buffer.from(line)).people, [[0, '["t","email","refused@x"]']]);
});

test('records of some people are left out when a block is parsed again; the keys of the others are told of', () => {
  const skipping = new BlockParser({ tenant: 't', lineBytes: 10_000, keys, skips: true });
  const line = (id: string, value: string) => JSON.stringify({ id, text: 't', subjects: [{ type: 'email', value }] });
  const block = { bytes: Buffer.from([line('a', 'gone'), line('b', 'here')].join('\n')), firstLine: 1 };
  const [gone, here] = [...skipping.parse(block).people];
  const { lines, spooled, left } = skipping.parse(block, new Set([gone!]));
  assert.equal(left, 1);
  assert.equal(Buffer.from(lines.text).toString(), '{"id":"b","text":"t"}\n');
  assert.deepEqual([...spooled.lines], [2]);
  assert.ok(spooled.index.keys.some(({ key }) => key === here));
  assert.equal(hex(spooled.index.subjects, 0), shortDigest(here!));
});

const text = fc.oneof(
  fc.constantFrom('', 'a', 'é', '\u{1f600}', '\ud800', '\u007f', '\u0001', '\n"\\', '/', 'x'.repeat(201)),
  anyText(6),
);
const identifier = fc.oneof(
  fc.record({ type: fc.constantFrom('email', 'name', 'Bad'), value: text }),
  fc.record({ type: fc.constantFrom('email', 'name'), sha256: fc.constantFrom('0a'.repeat(32), 'x') }),
  fc.record({ type: fc.constant('email'), value: text, sha256: text }, { requiredKeys: ['type'] }),
);
const members = fc.record(
  {
    ...{ id: text, prompt: text, answer: text, completion: text, text, label: fc.integer(), input: text },
    ...{ messages: fc.constant([{ role: 'assistant', content: 'x' }]), odd: text },
    subjects: fc.array(identifier, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const likely = fc.oneof(
  fc.record({ id: text, prompt: text, answer: text, subjects: fc.array(identifier, { maxLength: 2 }) }),
  fc.record({ subjects: fc.array(identifier, { maxLength: 2 }), text, id: text }),
);
const spelt = fc
  .tuple(fc.oneof({ arbitrary: likely, weight: 3 }, members), fc.constantFrom('', ' ', '\t'), fc.boolean())
  .map(([record, space, ascii]) => {
    const json = JSON.stringify(record, null, space).replaceAll('\n', space);
    return ascii
      ? json.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : json;
  });
const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 2 });

test('whatever a line holds, it is kept or refused as if it were read as text', () => {
  fc.assert(
    fc.property(spelt, damage, (line, damaged) => {
      const bytes = Buffer.from(`{"id":"1","text":"t"}\n${line}`);
      if (damaged) bytes[damaged[0] % bytes.length] = damaged[1];
      const found = outcome(() => kept(bytes));
      const told = outcome(() => expected(bytes));
      assert.deepEqual(typeof found === 'string' ? found : { ...found, slow: 0 }, told);
    }),
    { numRuns: 1000 },
  );
});
