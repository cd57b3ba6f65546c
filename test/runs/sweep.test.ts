import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { answerProbe } from '../../src/runs/answer-probe.ts';
import { certifySome, certifyUncertified } from '../../src/runs/certify.ts';
import { startSweep, sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { execute } from '../helpers/postgres.ts';
import { createTestWorker, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
beforeEach(async () => {
  worker = await createTestWorker();
});
afterEach(() => worker.close());

const never = () => new AbortController().signal;

/** The real doorbell, with the ids that went through it. */
function listening() {
  const rung: string[] = [];
  const { doorbell } = worker.deps;
  const deps = {
    ...worker.deps,
    doorbell: {
      ...doorbell,
      ringModel(id: string) {
        rung.push(id);
        return doorbell.ringModel(id);
      },
    },
  };
  return { rung, deps };
}

test('a request whose ring was lost is rung for; a model that is being worked on is not', async () => {
  const { rung, deps } = listening();
  await sweepOnce(deps);
  assert.deepEqual(rung, []);
  await worker.request(0);
  await sweepOnce(deps);
  assert.deepEqual(rung, [worker.model.id]);
  await worker.store.claim(worker.model.id, 'somebody', { lease_ms: 60_000, max_restarts: 2 });
  await sweepOnce(deps);
  assert.deepEqual(rung, [worker.model.id]);
});

test('a run whose worker died is rung for once its lease ran out', async () => {
  const { rung, deps } = listening();
  await worker.request(0);
  await worker.store.claim(worker.model.id, 'somebody', { lease_ms: 20, max_restarts: 2 });
  await new Promise((resolve) => setTimeout(resolve, 40));
  await sweepOnce(deps);
  assert.deepEqual(rung, [worker.model.id]);
});

test('one sweep issues so many certificates, and the next goes on where it ended', async () => {
  await worker.request(98);
  await worker.request(99);
  const issued = [];
  for (let round = 0; round < 4; round++) issued.push(await certifySome(worker.deps, 1));
  // the third finds the end, and the fourth begins again
  assert.deepEqual(issued, [1, 1, 0, 0]);
});

test('a request that matched nothing gets a certificate of the search, once', async () => {
  const id = await worker.request(99);
  assert.equal(
    await certifyUncertified(worker.deps, uuid()),
    0,
    'that is for the sweep, not for a worker between two runs',
  );
  await sweepOnce(worker.deps);
  await sweepOnce(worker.deps);
  const { items } = await worker.store.listCertificates(TENANT, { limit: 10 });
  assert.equal(items.length, 1);
  const [{ request_id, run_id, jws }] = items as [(typeof items)[0]];
  assert.deepEqual([request_id, run_id], [id, null]);
  const check = await verifyCertificate(jws, await worker.deps.signer.jwks());
  assert.ok(check.ok);
  assert.deepEqual((check.statement.predicate as { search?: unknown }).search, {
    models: [{ id: worker.model.id, name: 'tiny' }],
    corpora: 1,
    matching_records: 0,
  });
  const ledger = await worker.store.readLedger({ limit: 100 });
  assert.equal(ledger.filter((entry) => entry.type === 'certificate.prepared').length, 1);
});

test('who was removed by steps of an earlier run is not told that nothing of them was ever there', async () => {
  const first = await worker.request(0);
  await workModel(worker.deps, worker.model.id, never());
  const { run_id } = (await worker.store.getRequest(TENANT, first))!.targets[0]!;
  const searchOf = async (id: string) => {
    await sweepOnce(worker.deps);
    const { items } = await worker.store.listCertificates(TENANT, { limit: 10, request_id: id });
    const check = await verifyCertificate(items[0]!.jws, await worker.deps.signer.jwks());
    assert.ok(check.ok && 'search' in check.statement.predicate);
    return check.statement.predicate;
  };
  const removed_before = { records: 2, runs: [{ run_id, guarantee: 'empirical', records: 2 }] };
  // of one model by its target, and of every model
  for (const more of [{ model_ids: [worker.model.id] }, {}]) {
    const { search, does_not_attest } = await searchOf(await worker.request(0, null, more));
    assert.deepEqual([search.matching_records, search.removed_before], [0, removed_before]);
    assert.ok(does_not_attest.some((limit) => limit.includes('`search.removed_before`')));
  }
  assert.equal((await searchOf(await worker.request(99))).search.removed_before, undefined);
});

test('a certificate that is refused leaves no trace in the ledger, however often the sweep tries', async () => {
  await worker.request(99);
  const buildStatement = () => {
    throw new Error('the evidence does not carry it');
  };
  const before = (await worker.store.readLedger({ limit: 100 })).length;
  await sweepOnce({ ...worker.deps, buildStatement });
  await sweepOnce({ ...worker.deps, buildStatement });
  assert.equal((await worker.store.readLedger({ limit: 100 })).length, before);
});

test('nobody signs that nothing was found in a model that is gone', async () => {
  const id = await worker.request(99, null, { model_ids: [worker.model.id] });
  const { targets } = (await worker.store.getRequest(TENANT, id))!;
  assert.deepEqual(
    targets.map(({ state }) => state),
    ['completed_no_data'],
  );
  // as an intake that matched before the deletion, and wrote after it, leaves it
  await execute(
    worker.databaseUrl,
    `delete from model_corpora where model_id = '${worker.model.id}'; update models set deleted_at = now()`,
  );
  assert.equal(await certifySome(worker.deps), 0);
});

test('a parent is deleted when its rollback window is over, and not before', async () => {
  await worker.request(0);
  await workModel(worker.deps, worker.model.id, never());
  await sweepOnce(worker.deps);
  assert.ok(await worker.deps.checkpoints.verify(worker.model.active));

  await worker.request(1);
  const hasty = { ...worker.deps, settings: { ...worker.deps.settings, parentRetentionMs: 0 } };
  await workModel(hasty, worker.model.id, never());
  await sweepOnce(worker.deps);
  const states = (await worker.store.listCheckpoints(TENANT, worker.model.id)).map((one) => one.state);
  assert.deepEqual(states.toSorted(), ['active', 'deleted', 'retained']);
  const folders = (await readdir(worker.checkpointDir)).filter((name) => name.startsWith('sha256-'));
  assert.equal(folders.length, 2);
  const { active } = (await worker.store.getModel(TENANT, worker.model.id))!;
  assert.ok(await worker.deps.checkpoints.verify(active));
});

test('work folders of a run that is over are removed, those of an open run stay', async () => {
  await worker.request(0);
  const outcome = await worker.store.claim(worker.model.id, 'somebody', { lease_ms: 60_000, max_restarts: 2 });
  assert.ok(outcome.status === 'claimed');
  const kept = await worker.deps.checkpoints.workFolder(outcome.claim.run.id);
  const gone = await worker.deps.checkpoints.workFolder(uuid());
  await mkdir(join(gone, 'inside'));
  await sweepOnce(worker.deps);
  const left = await readdir(join(worker.checkpointDir, 'work'));
  assert.deepEqual(
    left.map((name) => join(worker.checkpointDir, 'work', name)),
    [kept],
  );
});

test('a candidate that a killed worker left is removed once its run is over; what is published or unknown stays', async () => {
  const { checkpoints, store } = worker.deps;
  const id = await worker.request(0);
  const outcome = await store.claim(worker.model.id, 'somebody', { lease_ms: 60_000, max_restarts: 2 });
  assert.ok(outcome.status === 'claimed');
  const { claim } = outcome;
  const candidate = async (run_id: string) => {
    const folder = await checkpoints.workFolder(run_id);
    await writeFile(join(folder, 'model.safetensors'), 'left behind');
    return checkpoints.adopt(folder, { architecture: 'gpt2', parent: claim.run.parent, run_id });
  };
  const left = await candidate(claim.run.id);
  const foreign = await candidate(uuid());
  await sweepOnce(worker.deps);
  assert.ok(await checkpoints.verify(left.digest), 'the run is open: it may be published yet');
  await store.releaseRun(claim.run.id, claim.fence, 'gone');
  await workModel(worker.deps, worker.model.id, never());
  assert.equal((await store.getRequest(TENANT, id))!.state, 'completed');
  await sweepOnce(worker.deps);
  const { active } = (await store.getModel(TENANT, worker.model.id))!;
  const there = await Promise.all([left.digest, foreign.digest, active, claim.run.parent].map(checkpoints.verify));
  assert.deepEqual(there, [false, true, true, true]);
});

test('one sweeper leads: a second one at the same time does nothing', async () => {
  const inside = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const first = worker.store.withSweepLock(async () => {
    inside.resolve();
    await done.promise;
  });
  await inside.promise;
  assert.equal(await sweepOnce(worker.deps), false);
  done.resolve();
  assert.equal(await first, true);
  assert.equal(await sweepOnce(worker.deps), true);
});

test('a chore that fails leaves the others alone, and stopping waits for the sweep under way', async () => {
  const id = await worker.request(99);
  const checkpoints = {
    ...worker.deps.checkpoints,
    sweepWorkFolders: async () => {
      throw new Error('the disk is away');
    },
  };
  const sweep = startSweep({ ...worker.deps, checkpoints }, 60_000);
  await sweep.stop();
  assert.equal((await worker.store.listCertificates(TENANT, { limit: 1, request_id: id })).items.length, 1);
});

test('a probe is answered sealed; one that cannot be answered says why without the prompt', async () => {
  const { store, subjectKeys } = worker.deps;
  const ask = async (prompts: string[]) => {
    const id = uuid();
    await store.createProbe({
      ...{ id, tenant: TENANT, model_id: worker.model.id, max_new_tokens: 4 },
      sealed_prompts: subjectKeys.seal(JSON.stringify(prompts)),
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    });
    return id;
  };
  const good = await ask(['Where was Mirela born?']);
  await answerProbe(worker.deps, good, never());
  const answered = (await store.getProbe(TENANT, good))!;
  assert.equal(answered.state, 'answered');
  assert.ok(!answered.sealed_answers!.includes('Mirela'));
  assert.deepEqual(JSON.parse(subjectKeys.open(answered.sealed_answers!)), ['Where was Mirela born? ...']);

  const bad = await ask(['Where was Mirela born?']);
  const broken = {
    run: async () => {
      throw new Error('Mirela broke it');
    },
  };
  await answerProbe({ ...worker.deps, compute: broken }, bad, never());
  const failed = (await store.getProbe(TENANT, bad))!;
  assert.equal(failed.state, 'failed');
  assert.ok(!failed.error!.includes('Mirela'));

  const interrupted = await ask(['Where was Mirela born?']);
  await answerProbe({ ...worker.deps, compute: scripted() }, interrupted, AbortSignal.abort());
  assert.equal((await store.getProbe(TENANT, interrupted))!.state, 'waiting');
});
