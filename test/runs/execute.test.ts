import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { PRESETS } from '../../src/domain/policies.ts';
import type { Finding, Verdict, VerificationPolicy } from '../../src/domain/verification.ts';
import { ExpungeError } from '../../src/errors.ts';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { VERIFIER_VERSION } from '../../src/metrics/report.ts';
import { executeRun } from '../../src/runs/execute.ts';
import { policyDigest } from '../../src/runs/policy.ts';
import type { Claim, Compute } from '../../src/runs/ports.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { RECIPE } from '../checkpoints/tiny.ts';
import { freeze, NO_MOUNT } from '../helpers/disks.ts';
import { execute } from '../helpers/postgres.ts';
import { createTestWorker, type Script, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

let worker: TestWorker;
beforeEach(async () => {
  worker = await createTestWorker();
});
afterEach(() => worker.close());

const never = () => new AbortController().signal;
const using = (script: Script) => {
  const compute = scripted(script);
  return { compute, deps: { ...worker.deps, compute } };
};
const target = async (id: string) => (await worker.store.getRequest(TENANT, id))!.targets[0]!;
const runOf = async (id: string) => (await worker.store.getRun(TENANT, (await target(id)).run_id!))!;
const recipeFrom = (base_checkpoint: string) => ({ ...RECIPE, init: { seed: 1, base_checkpoint } });
/** Names under the checkpoint folder: what a run left on disk. */
async function onDisk(): Promise<{ checkpoints: number; work: number }> {
  const names = await readdir(worker.checkpointDir);
  const work = await readdir(join(worker.checkpointDir, 'work')).catch(() => []);
  return { checkpoints: names.filter((name) => name.startsWith('sha256-')).length, work: work.length };
}
async function claim(name: string, lease_ms = 15_000): Promise<Claim> {
  const outcome = await worker.store.claim(worker.model.id, name, { lease_ms, max_restarts: 2 });
  assert.ok(outcome.status === 'claimed', outcome.status);
  return outcome.claim;
}

test('a run that passes is published, certified, and leaves nothing else on disk', async () => {
  const ids = [await worker.request(0), await worker.request(1)];
  const parts = [{ part: 'scores', units: 24, seconds: 0.3 }];
  const extent = { other_answers: 5, wrapped_prompts: 4, samples: 10, attacks: {} };
  const { compute, deps } = using({ report: { seconds: 0.3, cost: { parts, extent, planned: null } } });
  await workModel(deps, worker.model.id, never());
  assert.deepEqual(
    compute.jobs.map((job) => job.stage),
    ['unlearn', 'verify'],
  );
  const model = (await worker.store.getModel(TENANT, worker.model.id))!;
  const run = await runOf(ids[0]!);
  assert.equal(run.state, 'published');
  assert.deepEqual(run.request_ids.toSorted(), ids.toSorted());
  assert.equal(model.active, run.candidate);
  assert.notEqual(model.active, worker.model.active);
  assert.equal(run.counts.forget_records, 4);
  assert.deepEqual([run.attempts[0]?.backend, run.attempts[0]?.ended], ['scripted', 'stop-rule']);
  assert.deepEqual(run.attempts[0]?.verification, { extent, parts });
  const { cost } = (await worker.store.getVerification(TENANT, run.id))!;
  // the method took 0.1 s
  assert.ok(Math.abs(cost!.share_of_run! - 0.75) < 1e-9, String(cost!.share_of_run));
  for (const id of ids) {
    const { state, certificate_id } = await target(id);
    assert.equal(state, 'completed');
    const { jws } = (await worker.store.getCertificate(TENANT, certificate_id!))!;
    assert.ok((await verifyCertificate(jws, await worker.deps.signer.jwks())).ok);
  }
  assert.deepEqual(await onDisk(), { checkpoints: 2, work: 0 });
});

test('what does not pass goes to the next method; the end of the plan is a review, and nothing is published', async () => {
  const id = await worker.request(0);
  const { compute, deps } = using({ verdict: (_, call) => (call === 1 ? 'failed' : 'inconclusive') });
  await workModel(deps, worker.model.id, never());
  assert.deepEqual(
    compute.jobs.flatMap((job) => (job.stage === 'unlearn' ? [job.method] : [])),
    (await runOf(id)).plan.map(({ name, params }) => ({ name, params })),
  );
  const run = await runOf(id);
  assert.equal(run.state, 'needs_review');
  assert.match(run.reason!, /grad-diff: failed.*npo: inconclusive/);
  assert.deepEqual(
    run.plan.map(({ name, reason }) => [name, reason !== undefined]),
    [
      ['grad-diff', true],
      ['grad-diff', true],
      ['npo', true],
    ],
  );
  assert.match(run.plan[0]!.estimate!.basis, /cannot be read/, 'the test’s checkpoint is none');
  assert.deepEqual(
    run.attempts.map((attempt) => attempt.verdict),
    ['failed', 'inconclusive', 'inconclusive'],
  );
  // 2 of the forgotten, 6 retained and 4 held out, under both checkpoints
  assert.deepEqual([run.attempts[0]!.steps, run.attempts[0]!.scored_rows], [{ unlearning: 1 }, 24]);
  assert.equal((await target(id)).state, 'needs_review');
  assert.equal((await worker.store.getModel(TENANT, worker.model.id))!.active, worker.model.active);
  assert.deepEqual(await onDisk(), { checkpoints: 1, work: 0 });
});

test('one person who cannot be forgotten fails nobody else: the run is split until they are alone', async () => {
  const ids = [await worker.request(0), await worker.request(1), await worker.request(2)];
  const poison = ids[1]!;
  const verdict = async ({ run_id }: { run_id: string }) =>
    (await worker.store.getRun(TENANT, run_id))!.request_ids.includes(poison) ? 'failed' : 'passed';
  const { deps } = using({ verdict });
  await workModel(deps, worker.model.id, never());
  const states = (await Promise.all(ids.map(target))).map(({ state }) => state);
  assert.deepEqual(states, ['completed', 'needs_review', 'completed']);
  const { items } = await worker.store.listRuns(TENANT, { limit: 10 });
  const shape = items.map((run) => `${run.state} ${run.request_ids.map((id) => ids.indexOf(id))}`);
  // three; the first two; of these one each; and the third
  assert.deepEqual(shape.toSorted(), ['needs_review 1', 'published 0', 'published 2', 'split 0,1', 'split 0,1,2']);
  const alone = await runOf(poison);
  assert.equal(items.find(({ id }) => id === alone.split_of)?.state, 'split');
});

test('an approved plan is done on the checkpoint that it was approved on; on another only if it would be the same now', async () => {
  const { store, model } = worker;
  const approve = async (index: number, steps: { name: string; params: Record<string, unknown> }[]) => {
    const id = await worker.request(index, null, { approval_required: true });
    const { target_id } = (await store.plannableTargets(TENANT, id))![0]!;
    const { active: checkpoint } = (await store.getModel(TENANT, model.id))!;
    const targets = [{ target_id, model_id: model.id, checkpoint, steps }];
    const deed = { action: 'approve' as const, plan_digest: 'd', present_digest: 'd', targets, four_eyes: false };
    assert.equal((await store.actOnRequest({ tenant: TENANT, id, actor: 'ann', reason: null, deed })).status, 'done');
    return id;
  };
  const first = await worker.request(0);
  const other = await approve(1, [{ name: 'npo', params: { max_steps: 3 } }]);
  const { deps } = using({});
  await workModel(deps, model.id, never());
  assert.deepEqual([(await target(first)).state, (await target(other)).state], ['completed', 'awaiting_approval']);
  // another run changes the model again, and the plan stays what it is
  const between = await worker.request(3);
  const steps = (await runOf(first)).plan.map(({ name, params }) => ({ name, params }));
  const same = await approve(2, steps);
  await workModel(deps, model.id, never());
  assert.deepEqual([(await target(between)).state, (await target(same)).state], ['completed', 'completed']);
});

test('a method that teaches refusals is not judged for them', async () => {
  const margins: unknown[] = [];
  const { deps } = using({
    verdict(job) {
      margins.push(job.policy.naturalness?.refusal_margin);
      return 'passed';
    },
  });
  for (const [index, name] of ['idk', 'npo'].entries()) {
    await worker.request(index, { name, params: {} });
    await workModel(deps, worker.model.id, never());
  }
  assert.deepEqual(margins, [1, worker.deps.policy.naturalness?.refusal_margin]);
});

test('a run follows the policy of its model, else of its tenant; what is chosen meanwhile is for the next', async () => {
  const { store, model } = worker;
  const ofTenant = await store.choosePolicy(TENANT, null, PRESETS.exploratory.policy, 'test');
  const jobs: VerificationPolicy[] = [];
  const { deps } = using({
    async verdict(job): Promise<Verdict> {
      jobs.push(job.policy);
      await store.choosePolicy(TENANT, model.id, PRESETS.strict.policy, 'test');
      return 'inconclusive';
    },
  });
  const chosen: unknown[] = [];
  for (const index of [0, 1]) {
    await worker.request(index, { name: 'npo', params: {} });
    await workModel(deps, model.id, never());
    const [run] = (await store.listRuns(TENANT, { limit: 1 })).items;
    const { policy_digest, policy_choice } = (await store.getVerification(TENANT, run!.id))!;
    chosen.push([policy_digest, policy_choice!.scope, policy_choice!.version, policy_choice!.preset]);
  }
  assert.deepEqual(jobs, [PRESETS.exploratory.policy, PRESETS.strict.policy]);
  assert.deepEqual(chosen, [
    [ofTenant.digest, 'tenant', 1, 'exploratory'],
    [policyDigest(PRESETS.strict.policy), 'model', 1, 'strict'],
  ]);
});

test('retraining a later checkpoint is held against the model as registered, other methods against the parent', async () => {
  const finding = { metric: 'rouge-l-recall', set: 'retain', before: 0.8, after: 0.9 } as Finding;
  const report = { findings: [finding], verifier_version: VERIFIER_VERSION };
  const baselines: unknown[] = [];
  const { deps } = using({
    report,
    verdict(job) {
      baselines.push(job.baseline);
      return job.exact ? 'passed' : 'failed';
    },
  });
  // the plan ends with retraining where there is a recipe
  const work = async () => {
    const { model, ...rest } = await claim('worker-a');
    return executeRun(deps, { ...rest, model: { ...model, has_recipe: true } }, never());
  };
  await worker.request(0);
  assert.deepEqual(await work(), { status: 'published' });
  assert.deepEqual(baselines.splice(0), [null, null], 'the parent is the checkpoint as registered');
  await worker.request(1);
  assert.deepEqual(await work(), { status: 'published' });
  assert.deepEqual(baselines, [null, { 'rouge-l-recall': 0.8 }]);
});

test('retraining is given the base that the recipe starts from, and is not planned where the base is not kept', async () => {
  const adopted = async (file: string, content: string) => {
    const folder = await worker.deps.checkpoints.workFolder('test');
    await writeFile(join(folder, file), content);
    return (await worker.deps.checkpoints.adopt(folder, { architecture: 'gpt2', parent: null, run_id: null })).digest;
  };
  const base = await adopted('config.json', '{"base": true}');
  const parent = await adopted('recipe.json', JSON.stringify(recipeFrom(base)));
  const jobsOf = async () => {
    const { compute, deps } = using({ verdict: () => 'failed' });
    await worker.request(0);
    const { model, run, ...rest } = await claim('worker-a');
    const given = { ...rest, run: { ...run, parent }, model: { ...model, has_recipe: true } };
    assert.equal((await executeRun(deps, given, never())).status, 'needs_review');
    return compute.jobs.flatMap((job) => (job.stage === 'unlearn' ? [[job.method.name, job.base_dir]] : []));
  };
  const folder = await worker.deps.checkpoints.materialise(base);
  assert.deepEqual(await jobsOf(), [
    ['grad-diff', null],
    ['retrain', folder],
  ]);
  await worker.deps.checkpoints.remove(base);
  assert.deepEqual(await jobsOf(), [
    ['grad-diff', null],
    ['grad-diff', null],
    ['npo', null],
  ]);
});

test('a technical failure ends the run with its text; the model stays as it was', async () => {
  const id = await worker.request(0, { name: 'npo', params: {} });
  const { deps } = using({
    unlearn: async () => {
      throw new ExpungeError('compute-failed', 'The weights became NaN at step 3');
    },
  });
  await workModel(deps, worker.model.id, never());
  assert.equal((await runOf(id)).state, 'failed');
  assert.match((await target(id)).reason!, /compute-failed: The weights became NaN/);
  assert.deepEqual(await onDisk(), { checkpoints: 1, work: 0 });
});

test('a method that breaks leaves the run to the next one; the end of the plan names both', async () => {
  const id = await worker.request(0);
  const diverges = async (job: { method: { name: string } }) => {
    if (job.method.name === 'grad-diff') throw new ExpungeError('compute-failed', 'The loss is NaN at step 3');
  };
  await workModel(using({ unlearn: diverges, verdict: () => 'failed' }).deps, worker.model.id, never());
  const run = await runOf(id);
  assert.equal(run.state, 'needs_review');
  assert.match(run.reason!, /grad-diff: compute-failed \(The loss is NaN.*npo: failed/);
  assert.deepEqual(
    run.attempts.map(({ candidate, verdict }) => [candidate === null, verdict]),
    [
      [true, null],
      [true, null],
      [false, 'failed'],
    ],
  );
  const again = await worker.request(0);
  await workModel(using({ unlearn: diverges }).deps, worker.model.id, never());
  assert.equal((await target(again)).state, 'completed');
  assert.deepEqual(await onDisk(), { checkpoints: 2, work: 0 });
});

test('requests that name every record together are not too many one by one; the last one is, and says so', async () => {
  const ids = [await worker.request(0), await worker.request(1), await worker.request(2), await worker.request(3)];
  await workModel(using({}).deps, worker.model.id, never());
  const ends = await Promise.all(ids.map(target));
  assert.deepEqual(ends.map(({ state }) => state).toSorted(), ['completed', 'completed', 'completed', 'failed']);
  assert.match(ends.find(({ state }) => state === 'failed')!.reason!, /forget-set-too-large/);
});

test('a crash starts the run again, counted, up to the limit', async () => {
  const id = await worker.request(0);
  let crashes = 0;
  const { deps } = using({
    unlearn: async () => {
      crashes++;
      throw new ExpungeError('compute-crashed', 'killed by SIGKILL');
    },
  });
  await workModel(deps, worker.model.id, never());
  assert.equal(crashes, 3);
  assert.equal((await target(id)).state, 'failed');
  assert.match((await target(id)).reason!, /restart|started/);
  const again = await worker.request(0);
  await workModel(worker.deps, worker.model.id, never());
  assert.equal((await target(again)).state, 'completed');
});

test('a shutdown gives the run back: no restart is counted, and the next worker completes it', async () => {
  const id = await worker.request(0);
  const stop = new AbortController();
  const { deps } = using({ unlearn: async () => stop.abort(new Error('shutdown')) });
  await workModel(deps, worker.model.id, stop.signal);
  const given = await runOf(id);
  assert.deepEqual([given.state, given.restarts], ['planned', 0]);
  assert.deepEqual(await onDisk(), { checkpoints: 1, work: 0 });
  await workModel(worker.other('worker-b', scripted()), worker.model.id, never());
  const done = await runOf(id);
  assert.deepEqual([done.id, done.state, done.restarts], [given.id, 'published', 0]);
});

test('a worker that lost its lease publishes nothing, and the one that took over publishes once', async () => {
  const id = await worker.request(0);
  const slow = await claim('worker-a', 50);
  let second: Promise<void> | undefined;
  const { deps } = using({
    // verification is the last moment before publication
    verdict: async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      second = workModel(worker.other('worker-b', scripted()), worker.model.id, never());
      await second;
      return 'passed' as const;
    },
  });
  const end = await executeRun({ ...deps, settings: { ...deps.settings, leaseMs: 60_000 } }, slow, never());
  await second;
  assert.equal(end.status, 'fenced');
  const run = await runOf(id);
  assert.deepEqual([run.state, run.restarts], ['published', 1]);
  const { active } = (await worker.store.getModel(TENANT, worker.model.id))!;
  assert.equal(active, run.candidate);
  assert.ok(await worker.deps.checkpoints.verify(active), 'the loser must not remove what the winner published');
  assert.equal((await worker.store.listCheckpoints(TENANT, worker.model.id)).length, 2);
});

test('a refused renewal aborts the compute process', async () => {
  await worker.request(0);
  const mine = await claim('worker-a');
  const { deps } = using({
    unlearn: async (_, signal) => {
      // a renewal may come in between
      const other = () => worker.store.claim(worker.model.id, 'worker-b', { lease_ms: 15_000, max_restarts: 2 });
      do await execute(worker.databaseUrl, "update runs set lease_expires_at = now() - interval '1 second'");
      while ((await other()).status !== 'claimed');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  });
  const end = await executeRun({ ...deps, settings: { ...deps.settings, leaseMs: 600 } }, mine, never());
  assert.equal(end.status, 'fenced');
  assert.deepEqual(await onDisk(), { checkpoints: 1, work: 0 });
});

test('requests that arrive during a run are taken by the next one, at once', async () => {
  const first = await worker.request(0);
  let second = '';
  const { compute, deps } = using({
    unlearn: async () => {
      if (second === '') second = await worker.request(1);
    },
  });
  await workModel(deps, worker.model.id, never());
  assert.notEqual((await runOf(first)).id, (await runOf(second)).id);
  assert.equal((await target(second)).state, 'completed');
  assert.equal(compute.jobs.length, 4);
  const kinds = (await worker.store.listCheckpoints(TENANT, worker.model.id)).map((one) => one.state);
  assert.deepEqual(kinds.toSorted(), ['active', 'retained', 'retained']);
});

test('a disk that cannot be written fails the run with the reason; the alias and the store stay', async (t) => {
  const id = await worker.request(0);
  const { compute } = using({});
  let thaw: (() => void) | null = null;
  // the disk turns read-only while the method computes
  const turning: Compute = {
    async run(job, on) {
      const result = await compute.run(job, on);
      thaw ??= freeze(worker.checkpointDir);
      return result;
    },
  };
  try {
    await workModel({ ...worker.deps, compute: turning }, worker.model.id, never());
  } finally {
    (thaw as (() => void) | null)?.();
  }
  if (thaw === null) return t.skip(NO_MOUNT);
  const run = await runOf(id);
  assert.equal(run.state, 'failed');
  assert.match(run.reason!, /^storage-not-writable: /);
  assert.equal((await worker.store.getModel(TENANT, worker.model.id))!.active, worker.model.active);
  await sweepOnce(worker.deps);
  assert.deepEqual(await onDisk(), { checkpoints: 1, work: 0 });
  return undefined;
});
