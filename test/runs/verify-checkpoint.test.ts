import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import type { SetsFile, VerifyJob } from '../../src/domain/compute.ts';
import type { Finding } from '../../src/domain/verification.ts';
import { ExpungeError } from '../../src/errors.ts';
import { VERIFIER_VERSION } from '../../src/metrics/report.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import { placesDigest } from '../../src/runs/digests.ts';
import { executeRun } from '../../src/runs/execute.ts';
import { policyInForce } from '../../src/runs/policy.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { verifyCheckpoint } from '../../src/runs/verify-checkpoint.ts';
import { createTestWorker, type Script, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

const never = new AbortController().signal;
let world: TestWorker;
/** Published by a run that trained again without people 0. */
let active: string;
let original: string;
let train: string;

before(async () => {
  world = await createTestWorker();
  original = world.model.active;
  train = world.model.corpora.find(({ role }) => role === 'train')!.corpus_id;
  await world.request(0);
  const finding = { metric: 'rouge-l-recall', set: 'retain', before: 0.8, after: 0.9 } as Finding;
  const compute = scripted({
    report: { findings: [finding], verifier_version: VERIFIER_VERSION },
    verdict: (job) => (job.exact ? 'passed' : 'failed'),
  });
  const claimed = await world.store.claim(world.model.id, 'worker-a', { lease_ms: 15_000, max_restarts: 2 });
  assert.ok(claimed.status === 'claimed');
  const model = { ...claimed.claim.model, has_recipe: true };
  const end = await executeRun({ ...world.deps, compute }, { ...claimed.claim, model }, never);
  assert.deepEqual(end, { status: 'published' });
  ({ active } = (await world.store.getModel(TENANT, world.model.id))!);
});
after(() => world.close());

let rung: string[];
let warned: string[];
beforeEach(() => {
  rung = [];
  warned = [];
});
function worker(script: Script): RunDeps & { jobs: VerifyJob[] } {
  const compute = scripted(script);
  const deps = world.other('one', compute);
  return {
    ...deps,
    doorbell: {
      ...deps.doorbell,
      ringVerification: async (id) => void rung.push(id),
      ringModel: async () => undefined,
    },
    log: { ...deps.log, warn: (about, text) => void warned.push(JSON.stringify([about, text])) },
    jobs: compute.jobs as VerifyJob[],
  };
}
async function ask(ordinals: number[], checkpoint_id = active, open = 20): Promise<string> {
  const id = uuid();
  const places = ordinals.map((ordinal) => ({ corpus_id: train, ordinal }));
  const outcome = await world.store.createVerification(
    {
      ...{ id, tenant: TENANT, model_id: world.model.id, checkpoint_id, asks: 'records' },
      against_checkpoint_id: checkpoint_id === active ? original : active,
      ...{ reference_checkpoint_id: null, query_digest: placesDigest(places), question: { subject_keys: [], places } },
      policy: await policyInForce(world.store, TENANT, world.model.id, world.deps.policy),
    },
    open,
    'test',
  );
  assert.deepEqual(outcome, { status: 'created' });
  return id;
}
const read = async (id: string) => (await world.store.getCheckpointVerification(TENANT, id))!.verification;
const workFolders = () => readdir(join(world.checkpointDir, 'work')).catch(() => []);

test('erased records are asked about; who was trained without them is judged so, and nobody else', async () => {
  const sets: SetsFile[] = [];
  const verdict = async (job: VerifyJob) => {
    sets.push(JSON.parse(await readFile(job.sets_file, 'utf8')));
    return 'passed' as const;
  };
  const deps = worker({ verdict });
  for (const [ordinals, checkpoint] of [[[0, 1]], [[0, 2]], [[2]], [[0, 1], original]] as [number[], string?][])
    await verifyCheckpoint(deps, await ask(ordinals, checkpoint), never);
  assert.deepEqual(
    deps.jobs.map(({ exact }) => exact),
    [true, false, false, false],
    'person 0 was erased by the run that made the active checkpoint',
  );
  const [erased, mixed] = sets;
  assert.deepEqual(
    erased!.forget.map(({ ordinal, person }) => [ordinal, person]),
    [
      [0, 0],
      [1, 0],
    ],
  );
  assert.deepEqual(
    mixed!.forget.map(({ ordinal, person }) => [ordinal, person]),
    [
      [0, 0],
      [2, 1],
    ],
  );
  // of the rest of train, what was erased is not retained; the holdout is the half that no run has tuned on
  assert.deepEqual(
    mixed!.retain.map(({ ordinal }) => ordinal),
    [3, 4, 5, 6, 7],
  );
  assert.equal(erased!.holdout.length + erased!.calibration.length, 8);
  assert.deepEqual(await workFolders(), []);
  const run = (await world.store.listRuns(TENANT, { limit: 1 })).items[0]!;
  const erasedAt = (ordinal: number) => world.store.erasedAt(TENANT, world.model.id, [{ corpus_id: train, ordinal }]);
  assert.deepEqual([await erasedAt(0), await erasedAt(2)], [run.finished_at, null]);
});

test('one that fails says why in our own words; files that are not what their address names are not judged', async () => {
  const secret = 'Where does Ossip Varn live?';
  const failing = worker({ verdict: () => Promise.reject(new Error(`cannot parse "${secret}"`)) });
  const id = await ask([2]);
  await verifyCheckpoint(failing, id, never);
  const { state, verdict, reason } = await read(id);
  const said = 'The verification could not be done; see the log of the worker.';
  assert.deepEqual([state, verdict, reason], ['failed', null, said]);
  const folder = await world.deps.checkpoints.materialise(active);
  const path = join(folder, 'model.safetensors');
  const stored = await readFile(path);
  await chmod(folder, 0o700);
  await rm(path);
  await writeFile(path, 'other weights');
  const damaged = await ask([2]);
  await verifyCheckpoint(worker({}), damaged, never);
  await writeFile(path, stored);
  assert.match((await read(damaged)).reason!, /^checkpoint-invalid: The files stored for sha256:/);
  const all = await ask([0, 1, 2, 3, 4, 5, 6, 7]);
  await verifyCheckpoint(worker({}), all, never);
  assert.match((await read(all)).reason!, /^forget-set-too-large: /);
  const ended = (await world.store.readLedger({ limit: 1000 })).findLast(({ type }) => type === 'verification.ended')!;
  assert.deepEqual([ended.data.state, ended.data.verdict, ended.data.active], ['failed', null, true]);
  assert.doesNotMatch(JSON.stringify(await world.store.readLedger({ limit: 1000 })), /Ossip/);
});

test('a worker that is shut down gives it back; one whose compute process ended takes it again, and not for ever', async () => {
  const id = await ask([2]);
  const stop = new AbortController();
  const verdict = async () => {
    stop.abort(new Error('the worker is shutting down'));
    throw new ExpungeError('cancelled', 'aborted');
  };
  await verifyCheckpoint(worker({ verdict }), id, stop.signal);
  assert.deepEqual([(await read(id)).state, (await read(id)).started_at, rung], ['queued', null, [id]]);
  const crashing = worker({ verdict: () => Promise.reject(new ExpungeError('compute-crashed', 'gone')) });
  for (let start = 0; start < 3; start++) await verifyCheckpoint(crashing, id, never);
  assert.equal((await read(id)).state, 'running');
  assert.ok((await world.store.verificationsToRing()).includes(id));
  await verifyCheckpoint(crashing, id, never);
  const { state, reason } = await read(id);
  assert.equal(state, 'failed');
  assert.match(reason!, /started 3 times/);
  assert.equal(crashing.jobs.length, 3);
});

test('it is taken by one worker at a time, taken over by fence, rung for by the sweep, and holds its checkpoints', async () => {
  const { store } = world;
  const id = await ask([2]);
  const claim = (lease_ms: number) => store.claimVerification(id, 'lost', { lease_ms, max_restarts: 1 });
  const first = (await claim(10_000))!;
  assert.deepEqual(first.question.places, [{ corpus_id: train, ordinal: 2 }]);
  assert.equal(await claim(10_000), null);
  assert.ok(await store.runIsOpen(id), 'its work folder is not swept');
  const retired = await store.retireCheckpoint(TENANT, world.model.id, original, 'test');
  assert.deepEqual(retired, { status: 'in_use', by: { verification_id: id } });
  assert.equal(await store.renewVerification(id, first.fence, 1), true);
  await sleep(20);
  assert.equal(await sweepOnce(worker({})), true);
  assert.ok(rung.includes(id));
  const second = (await claim(10_000))!;
  assert.equal(second.fence, first.fence + 1);
  assert.equal(await store.finishVerification(id, first.fence, { reason: 'late' }, 'test'), false);
  assert.equal(await store.renewVerification(id, first.fence, 1), false);
  assert.equal(await store.releaseVerification(id, first.fence), false);
  assert.equal(await store.finishVerification(id, second.fence, { reason: 'enough' }, 'test'), true);
  assert.equal(await store.runIsOpen(id), false);
});

test('a person whose last verification failed is counted until a later one passes, whoever else passed meanwhile', async () => {
  const last = async () => (await world.store.getModel(TENANT, world.model.id))!.last_verification!;
  const verify = async (ordinals: number[], verdict: 'passed' | 'failed') =>
    verifyCheckpoint(worker({ verdict: () => verdict }), await ask(ordinals), never);
  await verify([6], 'failed');
  assert.deepEqual([(await last()).verdict, (await last()).failing], ['failed', 1]);
  await verify([4], 'passed');
  assert.deepEqual([(await last()).verdict, (await last()).failing], ['passed', 1]);
  await verify([6], 'passed');
  assert.deepEqual([(await last()).verdict, (await last()).failing, (await last()).run_id], ['passed', 0, null]);
  // of the original nobody has asked but this file; its own verdict is another checkpoint's
  const line = await world.store.listCheckpoints(TENANT, world.model.id);
  assert.equal(line.find(({ digest }) => digest === original)!.last_verification!.verdict, 'passed');
});
