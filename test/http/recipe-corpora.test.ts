// Which corpora a recipe tells of, and how much of one that has grown since.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import type { Recipe } from '../../src/domain/recipe.ts';
import type { CorpusRole } from '../../src/domain/record.ts';
import { grownWarnings, takenOf } from '../../src/http/recipe-corpora.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { recipeFor } from './checkpoint-fixture.ts';

/** Corpora of two records that grow by a third; `before` and `now` are what they were and are. */
async function open(t: TestContext) {
  const files = createCorpusFiles(join(await temporaryFolder(t), 'corpora'));
  async function add(id: string, from: number, to: number): Promise<string> {
    async function* lines() {
      for (let i = from; i < to; i++) yield { id: `${id}-${i}`, text: `So much for ${i}.` };
    }
    const { digest, commit } = await files.append(id, lines());
    await commit();
    return digest;
  }
  async function grown(id: string) {
    const before = { name: id, digest: await add(id, 0, 2), records: 2 };
    const corpus = {
      id,
      name: id,
      people: 0,
      records: 3,
      digest: await add(id, 2, 3),
      subject_rules: null,
      created_at: '',
    };
    return { before, corpus };
  }
  const [people, strangers] = [await grown('people'), await grown('strangers')];
  const told = (train: object, holdout?: object): Recipe =>
    recipeFor([
      { ...train, role: 'train' },
      ...(holdout ? [{ ...holdout, role: 'holdout' }] : []),
    ] as Recipe['corpora']);
  const named = (one: typeof people, role: CorpusRole, asked?: number) => ({ corpus: one.corpus, role, asked });
  return { files, people, strangers, told, named };
}

test('a corpus that grew is taken as far as the model was trained on it, and that is said', async (t) => {
  const { files, people, strangers, told, named } = await open(t);
  const both = [named(people, 'train'), named(strangers, 'holdout')];
  const taken = await takenOf(files, told(people.before, strangers.before), both);
  assert.deepEqual(
    taken.map(({ records }) => records),
    [2, 2],
  );
  assert.match(grownWarnings(taken)[0]!, /^The corpus people has grown since .* the first 2 of its 3 records count/);
  const asked = [named(people, 'train', 2), named(strangers, 'holdout', 1)];
  assert.deepEqual(
    (await takenOf(files, told(people.before), asked)).map(({ records }) => records),
    [2, 1],
  );
  const whole = await takenOf(files, told({ ...people.before, digest: people.corpus.digest }), both);
  assert.deepEqual([whole.map(({ records }) => records), grownWarnings(whole)], [[3, 3], []]);
});

test('another corpus is refused, and so is a holdout that begins with what was trained on', async (t) => {
  const { files, people, strangers, told, named } = await open(t);
  const cases: [Recipe, Parameters<typeof takenOf>[2], RegExp][] = [
    [told(people.before), [named(strangers, 'train')], /strangers is not among the recipe’s train corpora/],
    [told({ ...people.before, records: 1 }), [named(people, 'train')], /its digest differs/],
    [told(people.before), [named(people, 'holdout')], /people was trained on according to the recipe/],
    [told(people.before, strangers.corpus), [named(people, 'train'), named(people, 'holdout')], /cannot be a holdout/],
    [told(people.before), [named(people, 'train', 1)], /counts with 2 records according to the recipe, and not with 1/],
    [told(people.before), [], /people of the recipe is missing/],
  ];
  for (const [recipe, given, message] of cases)
    await assert.rejects(takenOf(files, recipe, given), { code: 'corpus-mismatch', message });
});
