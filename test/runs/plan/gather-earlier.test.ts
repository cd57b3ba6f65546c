// What a plan is told of people forgotten before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KEPT_RECORDS } from '../../../src/domain/kept-probes.ts';
import { PRESETS } from '../../../src/domain/policies.ts';
import type { TrainingRecord } from '../../../src/domain/record.ts';
import { gatherFacts } from '../../../src/runs/plan/gather.ts';
import { workModel } from '../../../src/runs/work-model.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../../helpers/worker.ts';

let worker: TestWorker;
before(async () => {
  worker = await createTestWorker();
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (let i = 0; i < 8; i++) yield { id: `ottilie-${i}`, prompt: `Question ${i}?`, answer: `Answer ${i}.` };
  }
  const train = worker.model.corpora.find(({ role }) => role === 'train')!;
  await (await worker.deps.corpora.append(train.corpus_id, texts())).commit();
});
after(() => worker.close());

async function gathered() {
  const model = (await worker.store.getModel(TENANT, worker.model.id))!;
  return gatherFacts(worker.deps, {
    ...{ tenant: TENANT, model, checkpoint: model.active, base_saw: false, threads: 1, backend: null },
    ...{ counts: { forget: 2, retain: 6, holdout: 4 }, policy: PRESETS.standard.policy },
    limits: { seconds: 60, memory_bytes: null, due_in_seconds: null },
  });
}

test('people forgotten before whom a run can be handed are counted, those whom nobody can look at are not', async () => {
  assert.deepEqual([(await gathered()).earlier_rows, (await gathered()).base_saw_forgotten], [0, false]);
  const forget = async (index: number, reverify_seconds: number) => {
    await worker.request(index, { name: 'npo', params: {} }, { reverify_seconds });
    await workModel({ ...worker.deps, compute: scripted() }, worker.model.id, new AbortController().signal);
  };
  await forget(0, 3600);
  assert.equal((await gathered()).earlier_rows, KEPT_RECORDS);
  await forget(1, 0);
  assert.equal((await gathered()).earlier_rows, KEPT_RECORDS, 'nothing is kept of the second');
  await forget(2, 3600);
  assert.equal((await gathered()).earlier_rows, 2 * KEPT_RECORDS);
});
