// Somebody whom a method of steps has forgotten asks for exact removal: a run of its own trains without them, whether or not their text
// is there still, and the certificate says what was measured.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ComputeJob } from '../../src/domain/compute.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { execute } from '../helpers/postgres.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

const HOUR = 3_600_000;
const EXACT = { name: 'exact', params: {} };
const NPO = { name: 'npo', params: {} };
let now = Date.now();
let worker: TestWorker;
let deps: RunDeps;
let corpus_id: string;
before(async () => {
  worker = await createTestWorker(scripted(), () => new Date(now));
  const unusual = { loss: 2 };
  const settings = { ...worker.deps.settings, eraseAfterMs: 0, reverifyForMs: HOUR, unusual };
  deps = { ...worker.deps, settings };
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (let i = 0; i < 8; i++)
      yield { id: `r${i}`, prompt: 'Who?', answer: `Person ${Math.floor(i / 2)}, line ${i}.` };
  }
  corpus_id = worker.model.corpora.find(({ role }) => role === 'train')!.corpus_id;
  await (await deps.corpora.append(corpus_id, texts())).commit();
  await execute(worker.databaseUrl, 'update models set has_recipe = true');
});
after(() => worker.close());

async function work(): Promise<ComputeJob[]> {
  const compute = scripted();
  await workModel({ ...deps, compute }, worker.model.id, new AbortController().signal);
  return compute.jobs;
}
const unlearning = (jobs: readonly ComputeJob[]) =>
  jobs.flatMap((job) =>
    job.stage === 'unlearn' ? [{ method: job.method.name, watched: job.watch !== undefined }] : [],
  );
const target = async (id: string) => (await worker.store.getRequest(TENANT, id))!.targets[0]!;
const runOf = async (id: string) => (await worker.store.getRun(TENANT, (await target(id)).run_id!))!;
async function certified(id: string) {
  const { jws } = (await worker.store.getCertificate(TENANT, (await target(id)).certificate_id!))!;
  const check = await verifyCertificate(jws, await worker.deps.signer.jwks());
  assert.ok(check.ok && 'guarantee' in check.statement.predicate);
  return check.statement.predicate;
}
const unmeasured = ({ does_not_attest }: { does_not_attest: string[] }) =>
  does_not_attest.filter((limit) => limit.includes('nobody can measure them'));

test('two wait for one record, the first by steps: the other has an exact run of its own, which measures the record', async () => {
  const first = await worker.request(0, NPO);
  const asked_records = { digest: `sha256:${'a'.repeat(64)}`, record_ids: 1, texts: [], matched: 1 };
  const second = await worker.request(0, EXACT, { subjects: [], asked_records, places: [{ corpus_id, ordinal: 0 }] });
  const jobs = await work();
  assert.deepEqual(unlearning(jobs), [
    { method: 'npo', watched: true },
    // of whom a run has removed before nobody is to say that the model never learned them
    { method: 'retrain', watched: false },
  ]);
  assert.deepEqual([(await target(first)).state, (await target(second)).state], ['completed', 'completed']);
  const { counts, request_ids } = await runOf(second);
  assert.deepEqual([request_ids, counts.forget_records, counts.again_records], [[second], 1, 1]);
  const { guarantee, ...predicate } = await certified(second);
  assert.deepEqual([guarantee.class, unmeasured(predicate)], ['exact', []]);
  assert.equal((await certified(first)).guarantee.class, 'empirical');
});

test('whose text was erased meanwhile is left out of a training and not measured, and the certificate says so', async () => {
  const before = await worker.request(1, NPO);
  await work();
  now += 2 * HOUR;
  await sweepOnce(deps);
  assert.notEqual((await worker.store.getRequest(TENANT, before))!.erased_at, null);
  const exact = await worker.request(1, EXACT);
  assert.equal((await target(exact)).state, 'queued');
  const jobs = await work();
  assert.deepEqual(
    unlearning(jobs).map(({ method }) => method),
    ['retrain'],
  );
  const { state, counts, reason } = await runOf(exact);
  assert.deepEqual([state, (await target(exact)).state], ['published', 'completed'], reason ?? '');
  assert.deepEqual([counts.forget_records, counts.unmeasured_records, counts.people], [0, 2, 0]);
  const { guarantee, ...predicate } = await certified(exact);
  assert.equal(guarantee.class, 'exact');
  assert.match(unmeasured(predicate)[0]!, /^How the model does on 2 of the records/);
  now += 2 * HOUR;
  await sweepOnce(deps);
  assert.notEqual((await worker.store.getRequest(TENANT, exact))!.erased_at, null, 'nothing more is waited for');
});
