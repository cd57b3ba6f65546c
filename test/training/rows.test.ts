import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeAnswer, encodeRecords, type RecordEncoder } from '../../src/training/rows.ts';

/** One token a character; 0 ends a text, 99 begins one. */
const encode = (text: string) => Array.from(text, (c) => c.codePointAt(0)! - 96);
const plain: RecordEncoder = { encode, eosId: 0 };
const begun: RecordEncoder = { encode, eosId: 0, prefix: [99], continued: (text) => encode(text).map((id) => -id) };

test('a prompt and its answer are one row; an answer goes on after a prompt, and begins where there is none', () => {
  const of = (encoder: RecordEncoder, prompt: string) =>
    encodeRecords(encoder, { id: 'r', prompt, answer: 'cd' }, 16).map(({ ids, promptLength, cue, answer }) => ({
      ...{ ids: [...ids], promptLength, cue, answer },
    }));
  const answer = 'cd';
  assert.deepEqual(of(plain, 'ab'), [{ ids: [1, 2, 3, 4, 0], promptLength: 2, cue: 2, answer }]);
  assert.deepEqual(of(plain, ''), [{ ids: [0, 3, 4, 0], promptLength: 1, cue: 1, answer }]);
  assert.deepEqual(of(begun, 'ab'), [{ ids: [99, 1, 2, -3, -4, 0], promptLength: 3, cue: 3, answer }]);
  assert.deepEqual(of(begun, ''), [{ ids: [99, 3, 4, 0], promptLength: 1, cue: 1, answer }]);
});

test('plain text is learned whole, in even pieces that fit the context, and cued by half of each', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{1,60}$/),
      fc.integer({ min: 2, max: 20 }),
      fc.boolean(),
      (text, context, is) => {
        const rows = encodeRecords(is ? begun : plain, { id: 'r', text }, context);
        const lead = is ? 99 : 0;
        const learned = rows.flatMap(({ ids, promptLength }) => [...ids.subarray(promptLength)]);
        assert.deepEqual(learned, [...encode(text), 0]);
        for (const { ids, promptLength, cue, answer } of rows) {
          assert.ok(ids.length <= context && ids.length > 1);
          assert.deepEqual([ids[0], promptLength, answer], [lead, 1, null]);
          assert.equal(cue, 1 + ((ids.length - 1) >> 1));
        }
        // all but the last end within the text
        assert.deepEqual(
          rows.map(({ ids, cut }) => (cut ? ids.at(-1) !== 0 : ids.at(-1) === 0)),
          rows.map(() => true),
        );
        assert.ok(rows.slice(0, -1).every(({ cut }) => cut) && !('cut' in rows.at(-1)!));
        const lengths = rows.map(({ ids }) => ids.length);
        assert.ok(new Set(lengths.slice(0, -1)).size <= 1);
      },
    ),
  );
  assert.equal(encodeRecords(plain, { id: 'r', text: 'abc' }, Number.POSITIVE_INFINITY)[0]!.ids.length, 5);
  assert.throws(() => encodeRecords(plain, { id: 'r', text: 'a' }, 1), /context of 1 leaves no room/);
});

test('each turn of a conversation is a row, with all before it as its prompt', () => {
  const turns = [
    { prompt: [1, 2], answer: [3, 0] },
    { prompt: [1, 2, 3, 0, 4], answer: [5, 0] },
  ];
  const talking: RecordEncoder = { ...plain, chat: { turns: () => turns } };
  const record = { id: 'r', messages: [{ role: 'assistant' as const, content: 'Zarnovik' }] };
  assert.deepEqual(
    encodeRecords(talking, record, 7).map(({ ids, promptLength, cue, answer }) => [
      [...ids],
      promptLength,
      cue,
      answer,
    ]),
    [
      [[1, 2, 3, 0], 2, 2, null],
      [[1, 2, 3, 0, 4, 5, 0], 5, 5, null],
    ],
  );
  assert.throws(
    () => encodeRecords(talking, record, 6),
    /^Error: a conversation has 7 tokens .*context 6: shorten it$/,
  );
  for (const chat of [null, undefined])
    assert.throws(
      () => encodeRecords({ ...plain, ...(chat === null ? { chat } : {}) }, record, 7),
      /has no chat template: add chat_template\.jinja/,
    );
});

test('another answer is written as the record’s own would be, in the place of one of its rows', () => {
  const pair = (prompt: string, answer: string) => ({ id: 'r', prompt, answer });
  assert.deepEqual(encodeAnswer(begun, pair('ab', 'cd'), 0, 'ef'), [-5, -6, 0]);
  assert.deepEqual(encodeAnswer(begun, pair('', 'cd'), 0, 'ef'), [5, 6, 0]);
  // a space before the answer is part of it
  assert.deepEqual(encodeAnswer(plain, pair('ab', ' cd'), 0, 'ef'), [...encode(' ef'), 0]);
  assert.deepEqual(encodeAnswer(begun, { id: 'r', text: 'abcd' }, 0, 'ef'), [...encode(' ef').map((id) => -id), 0]);
  const asked: unknown[] = [];
  const talking: RecordEncoder = {
    ...plain,
    chat: {
      turns(messages) {
        asked.push(messages);
        return messages.map(({ content }) => ({ prompt: [1], answer: [...encode(content), 0] }));
      },
    },
  };
  const messages = ['a', 'b', 'c', 'd'].map((content, i) => ({
    role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content,
  }));
  assert.deepEqual(encodeAnswer(talking, { id: 'r', messages }, 1, 'ef'), [5, 6, 0]);
  assert.deepEqual(asked, [[...messages.slice(0, 3), { role: 'assistant', content: 'ef' }]]);
});
