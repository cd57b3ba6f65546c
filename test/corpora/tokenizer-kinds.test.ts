// Our tokenizers against the original library, kind by kind: scripts/fixtures/make-tokenizers.py wrote what it says.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createTokenizer } from '../../src/corpora/tokenizer.ts';

interface Fixture {
  tokenizer: { added_tokens: { id: number; content: string; special: boolean }[] };
  config: { unk_token?: string };
  prefix: number[];
  cases: { text: string; ids: number[]; decoded: string }[];
  decodings: { ids: number[]; decoded: string }[];
}
const DIR = new URL('../fixtures/tokenizers/', import.meta.url);
const KINDS = ['gpt2', 'neox', 'smollm', 'llama3', 'qwen2', 'llama2', 'mistral', 'unigram', 'wordpiece', 'words'];

test('there is a fixture for every kind, and none is large', async () => {
  assert.deepEqual((await readdir(DIR)).sort(), KINDS.map((kind) => `${kind}.json`).sort());
});

for (const kind of KINDS)
  test(`${kind}: ids and text are those of the original library`, async () => {
    const text = await readFile(new URL(`${kind}.json`, DIR), 'utf8');
    assert.ok(text.length < 100_000);
    const fixture = JSON.parse(text) as Fixture;
    const tokenizer = createTokenizer(fixture.tokenizer, fixture.config);
    const added = fixture.tokenizer.added_tokens.filter((token) => token.special);
    const control = new Set(added.filter((token) => token.content !== fixture.config.unk_token).map(({ id }) => id));
    assert.ok(fixture.cases.length > 30 && fixture.decodings.length > 5);
    assert.deepEqual(tokenizer.prefix, fixture.prefix);
    for (const { text: given, ids, decoded } of fixture.cases) {
      assert.deepEqual(tokenizer.encode(given), ids, JSON.stringify(given));
      assert.equal(tokenizer.decode(ids), decoded, JSON.stringify(given));
    }
    for (const { ids, decoded } of fixture.decodings) assert.equal(tokenizer.decode(ids), decoded, ids.join(' '));
    // whatever a text spells, it cannot end an answer or begin a turn
    for (const { text: given } of fixture.cases)
      for (const place of [tokenizer.encode, tokenizer.continued])
        assert.ok(!place(given).some((id) => control.has(id)), JSON.stringify(given));
  });

const fixtureOf = async (kind: string): Promise<Fixture> =>
  JSON.parse(await readFile(new URL(`${kind}.json`, DIR), 'utf8')) as Fixture;

test('a text that goes on after another gets no space of its own', async () => {
  for (const kind of ['llama2', 'mistral', 'unigram', 'gpt2', 'llama3']) {
    const { tokenizer: json, config } = await fixtureOf(kind);
    const { encode, continued, decode } = createTokenizer(json, config);
    assert.deepEqual([...encode('Mirela'), ...continued(' Tandor was born')], encode('Mirela Tandor was born'), kind);
    assert.equal(decode([...encode('Os'), ...continued('trevik')]), 'Ostrevik', kind);
  }
});

test('add_bos_token decides over the post-processor once it is set', async () => {
  const { tokenizer: json, config } = await fixtureOf('llama2');
  assert.deepEqual(createTokenizer(json, { ...config, add_bos_token: false }).prefix, []);
  assert.deepEqual(createTokenizer(json, { ...config, add_bos_token: undefined }).prefix, [1]);
  const named = { ...config, bos_token: { content: '</s>' }, add_bos_token: true };
  assert.deepEqual(createTokenizer({ ...json, post_processor: null }, named).prefix, [2]);
});

test('ids that are no token are passed over: a model may have more of them than its tokenizer', async () => {
  for (const kind of KINDS) {
    const { tokenizer: json, config } = await fixtureOf(kind);
    const { decode, encode } = createTokenizer(json, config);
    assert.equal(decode([100_000, ...encode('viola'), 99_999]), decode(encode('viola')));
    assert.equal(decode([100_000]), '');
  }
});

test('a part that cannot be computed exactly is refused by name', async () => {
  const { tokenizer: json, config } = await fixtureOf('gpt2');
  const model = (json as unknown as { model: object }).model;
  const refused: [object, RegExp][] = [
    [{ normalizer: { type: 'Precompiled' } }, /its normalizer is "Precompiled"\. Supported are: Sequence, NFC/],
    [{ pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'UnicodeScripts' }] } }, /its pre_tokenizer is "Uni/],
    [{ pre_tokenizer: { type: 'Split', behavior: 'MergedWithNext' } }, /with the behavior mergedwithnext/],
    [{ pre_tokenizer: { type: 'Punctuation', behavior: 'Isolated' } }, /mark by mark/],
    [{ decoder: { type: 'CTC' } }, /its decoder is "CTC"/],
    [{ decoder: {} }, /its decoder has no type/],
    [{ model: { ...model, type: 'WordLevel' } }, /its model is "WordLevel"\. Supported are: BPE, WordPiece, Unigram/],
    [{ model: { ...model, continuing_subword_prefix: '##' } }, /marks continued words/],
  ];
  for (const [part, message] of refused)
    assert.throws(() => createTokenizer({ ...json, ...part }, config), { code: 'checkpoint-invalid', message });
});
