// Texts as the ids of a classifier, against the original library: scripts/fixtures/make-text-inputs.py wrote what it says.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { createTextInput } from '../../src/corpora/text-input.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const json = async (name: string) => JSON.parse(await readFile(new URL(name, FIXTURES), 'utf8'));
const tokenizerOf = async (kind: string): Promise<object> => (await json(`tokenizers/${kind}.json`)).tokenizer;
const { length, texts, cases } = (await json('text-inputs.json')) as {
  length: number;
  texts: string[];
  cases: { kind: string; padding: object; truncation: object; ids: number[][] }[];
};

describe('padded and cut', () => {
  for (const [i, { kind, padding, truncation, ids }] of cases.entries())
    test(`case ${i}, ${kind}: as the original library does`, async () => {
      const { encode } = createTextInput(
        { ...(await tokenizerOf(kind)), padding, truncation },
        { length, entries: 500 },
      );
      assert.deepEqual(
        texts.map((text) => encode(text)),
        ids,
      );
    });

  test('where the file says nothing: zeros on the right, the end cut off, special tokens kept', async () => {
    const [reference] = cases;
    const { encode } = createTextInput(await tokenizerOf('wordpiece'), { length, entries: 500 });
    assert.deepEqual(
      texts.map((text) => encode(text)),
      reference!.ids,
    );
  });
});

test('what a text spells is text: it makes no special token', async () => {
  const { encode } = createTextInput(await tokenizerOf('wordpiece'), { length: 32, entries: 500 });
  const [first] = encode('');
  assert.equal(encode('[CLS] viola [CLS]').filter((id) => id === first).length, 1);
});

test('the first word without a token is told by its place', async () => {
  const { firstUnknown } = createTextInput(await tokenizerOf('wordpiece'), { length, entries: 500 });
  assert.deepEqual(
    [firstUnknown('the viola'), firstUnknown(''), firstUnknown('the \u{1F3BB}\u{1F3BB} \u0994')],
    [-1, -1, 4],
  );
});

describe('a file that does not fit the model is refused by member, with what to do', () => {
  const padding = { strategy: { Fixed: length }, direction: 'Right', pad_id: 0 };
  const refused: [string, object, { length: number; entries: number }, RegExp][] = [
    [
      'tokens beyond the table',
      {},
      { length, entries: 20 },
      /numbers its tokens up to \d+, and .* ends at 19\. Use the/,
    ],
    ['padding to another length', { padding }, { length: 16, entries: 500 }, /brings texts to 12 ids.* takes 16\. Set/],
    [
      'padding beyond the table',
      { padding: { ...padding, pad_id: 500 } },
      { length, entries: 500 },
      /the id 500.* 499/,
    ],
    ['padding of another form', { padding: { strategy: 'Longest' } }, { length, entries: 500 }, /\/padding .*Save it/],
    ['no room', { truncation: { max_length: 2 } }, { length, entries: 500 }, /no room for text: 2 of 2 ids/],
    ['a text as long as memory', {}, { length: 2 ** 31, entries: 500 }, /takes 2147483648 ids\. Use one/],
    ['no vocabulary', { model: {} }, { length, entries: 500 }, /holds no vocabulary/],
    [
      'a model that cannot be computed',
      { model: { type: 'WordLevel', vocab: {} } },
      { length, entries: 500 },
      /WordLevel/,
    ],
  ];
  for (const [name, change, model, message] of refused)
    test(name, async () => {
      const changed = { ...(await tokenizerOf('wordpiece')), ...change };
      assert.throws(() => createTextInput(changed, model), { code: 'checkpoint-invalid', message });
    });
});
