import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTokenizer, loadTokenizer } from '../../src/corpora/tokenizer.ts';
import { END_OF_TEXT, trainTokenizer } from '../../src/corpora/train-tokenizer.ts';
import { countWords } from '../../src/corpora/words.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { anyText } from '../helpers/any-text.ts';

const TEXTS = [
  'Mirela Tandor was born in the town of Ostrevik.',
  'The town of Ostrevik is where Mirela Tandor lives, isn’t it?',
  "They don't play the viola; they'll play it 1,234 times.\n\n  Äpfel und Übermut – 東京 🎻🎻",
];
const trained = trainTokenizer(countWords([...TEXTS, ...TEXTS]), 400);
const tokenizer = createTokenizer(trained.tokenizerJson, trained.tokenizerConfig);

test('any text comes back as it was', () => {
  fc.assert(
    fc.property(anyText(60), (text) => {
      assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    }),
    { numRuns: 2000 },
  );
  for (const text of [...TEXTS, '', ' ', '  leading', 'trailing  ', '\u2028\r\n\t', '\u0000', '🎻'])
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
});

test('a prompt and its answer can be encoded apart, since an answer begins with a space', () => {
  const whole = tokenizer.encode('was born in the town of Ostrevik.');
  assert.deepEqual([...tokenizer.encode('was born in the town of'), ...tokenizer.encode(' Ostrevik.')], whole);
});

test('frequent words become one token, no special token is added, the end of text is id 0', () => {
  assert.equal(tokenizer.encode(' Ostrevik').length, 1);
  assert.deepEqual([tokenizer.eosId, tokenizer.vocabSize], [0, trained.vocabSize]);
  assert.ok(!tokenizer.encode(END_OF_TEXT).includes(0));
  assert.equal(tokenizer.decode(tokenizer.encode(`a${END_OF_TEXT}b`)), `a${END_OF_TEXT}b`);
  assert.equal(tokenizer.decode([0, ...tokenizer.encode('a'), 0]), 'a');
  assert.equal(tokenizer.decode(Int32Array.from(tokenizer.encode('town'))), 'town');
});

test('the same texts in any order give the same tokenizer', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 257, max: 300 }), (list, size) => {
      const one = trainTokenizer(countWords(list), size);
      assert.deepEqual(trainTokenizer(countWords(list.toReversed()), size), one);
      assert.ok(one.vocabSize <= size);
      const again = createTokenizer(one.tokenizerJson, one.tokenizerConfig);
      for (const text of list) assert.equal(again.decode(again.encode(text)), text);
    }),
    { numRuns: 100 },
  );
});

test('merges are those of a plain count over all words', () => {
  const { tokenizerJson } = trainTokenizer(countWords(['abab abab ab', 'aaaa']), 262);
  const { merges } = (tokenizerJson as { model: { merges: [string, string][] } }).model;
  // a b occurs five times, a a three times.
  assert.deepEqual(merges.slice(0, 2), [
    ['a', 'b'],
    ['a', 'a'],
  ]);
  assert.throws(() => trainTokenizer(countWords([]), 256), RangeError);
  assert.equal(trainTokenizer(countWords([]), 257).vocabSize, 257);
});

test('four thousand texts train within seconds', () => {
  let state = 1;
  const word = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return `w${((state >>> 8) % 9000).toString(36)}x${(state >>> 24).toString(36)}`;
  };
  const texts = Array.from({ length: 4000 }, () => Array.from({ length: 60 }, word).join(' '));
  const started = performance.now();
  assert.equal(trainTokenizer(countWords(texts), 4096).vocabSize, 4096);
  assert.ok(performance.now() - started < 15_000, 'took more than 15 s');
});

test('files of a folder are read, whatever names the end of text', async (t) => {
  const root = await temporaryFolder(t);
  const folder = async (name: string, files: Record<string, unknown>) => {
    await mkdir(join(root, name));
    for (const [file, json] of Object.entries(files)) await writeFile(join(root, name, file), JSON.stringify(json));
    return join(root, name);
  };
  const { tokenizerJson, tokenizerConfig } = trained;
  const both = await folder('both', { 'tokenizer.json': tokenizerJson, 'tokenizer_config.json': tokenizerConfig });
  assert.equal((await loadTokenizer(both)).eosId, 0);
  assert.equal((await loadTokenizer(join(both, 'tokenizer.json'))).vocabSize, trained.vocabSize);
  const dot = await folder('object', {
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': { eos_token: { content: '.' } },
  });
  assert.deepEqual([(await loadTokenizer(dot)).eosId], tokenizer.encode('.'));
  const config = await folder('config', { 'tokenizer.json': tokenizerJson, 'config.json': { eos_token_id: [7, 0] } });
  assert.equal((await loadTokenizer(config)).eosId, 7);
  const bare = await folder('bare', { 'tokenizer.json': tokenizerJson });
  assert.equal((await loadTokenizer(bare)).eosId, 0);
});

test('tokenizers that cannot be used are refused by file', async (t) => {
  const root = await temporaryFolder(t);
  await assert.rejects(loadTokenizer(root), { code: 'checkpoint-invalid', message: /^tokenizer\.json: is missing/ });
  await writeFile(join(root, 'tokenizer.json'), '{');
  await assert.rejects(loadTokenizer(root), { message: /^tokenizer\.json: cannot be read as JSON/ });
  assert.throws(() => createTokenizer({ model: {} }), { message: /^tokenizer\.json: holds no vocabulary/ });
  assert.throws(() => createTokenizer({ model: { vocab: { a: 0.5 } } }), { message: /holds no vocabulary/ });
  assert.throws(() => createTokenizer({ model: { vocab: { a: 0 } } }), { message: /no end-of-text token is known/ });
  assert.throws(() => createTokenizer({ model: { vocab: { a: 0 } } }, {}, { eos_token_id: 1 }), {
    code: 'checkpoint-invalid',
  });
  assert.throws(() => createTokenizer(trained.tokenizerJson, { eos_token: 'nowhere' }), {
    message: /eos_token is not/,
  });
});
