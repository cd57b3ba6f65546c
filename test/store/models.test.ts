import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkpoint, digest, openWorld, TENANT, type World } from './fixture.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const draft = (name: string, corpora: { corpus_id: string; role: 'train' | 'holdout' }[]) => ({
  ...{ name, architecture: 'gpt2', parameters: 10, corpora, has_recipe: false, warnings: [] as string[] },
  checkpoint: checkpoint(1),
});

test('a model keeps its corpora in order and starts with one active checkpoint', async () => {
  const [train, holdout] = [await world.corpus([['ada']]), await world.corpus([['zoe']])];
  const id = await world.model([train], [holdout]);
  const model = await world.store.getModel(TENANT, id);
  assert.deepEqual(model?.corpora, [
    { corpus_id: train, role: 'train', records: 1 },
    { corpus_id: holdout, role: 'holdout', records: 1 },
  ]);
  assert.equal(model?.parameters, 3_000_000_000);
  assert.deepEqual(model?.warnings, ['small']);
  const [first, ...more] = await world.store.listCheckpoints(TENANT, id);
  assert.deepEqual([first?.digest, first?.state, first?.parent_digest], [digest(1), 'active', null]);
  assert.equal(model?.active, first?.digest);
  assert.equal(more.length, 0);
  assert.equal(await world.store.getModel('other', id), null);
});

test('the same checkpoint may belong to several models; a name belongs to one', async () => {
  const { store } = world;
  const one = await store.createModel(TENANT, draft('twin', []), 'tester');
  assert.equal(one.status, 'created');
  assert.equal((await store.createModel(TENANT, draft('other-twin', []), 'tester')).status, 'created');
  const id = one.status === 'created' ? one.model.id : '';
  assert.deepEqual(await store.createModel(TENANT, draft('twin', []), 'tester'), { status: 'name_taken', id });
});

test('an unknown corpus, or another tenant’s, is named; a corpus with two roles is refused', async () => {
  const { store } = world;
  const foreign = await world.corpus([['ada']], 'other');
  const outcome = await store.createModel(TENANT, draft('m', [{ corpus_id: foreign, role: 'train' }]), 'tester');
  assert.deepEqual(outcome, { status: 'unknown_corpus', corpus_id: foreign });
  const corpus_id = await world.corpus([['ada']]);
  const both = draft('m', [
    { corpus_id, role: 'train' },
    { corpus_id, role: 'holdout' },
  ]);
  await assert.rejects(store.createModel(TENANT, both, 'tester'), { code: 'validation-failed' });
});

test('models are listed a tenant', async () => {
  const ids = [await world.model([], [], 'listing'), await world.model([], [], 'listing')];
  const page = await world.store.listModels('listing', { limit: 1 });
  assert.equal(page.items[0]?.id, ids[1]);
  const rest = await world.store.listModels('listing', { limit: 5, after: page.next! });
  assert.deepEqual(
    rest.items.map((model) => model.id),
    [ids[0]],
  );
});
