// People of earlier runs, from their sealed probes to the certificate of a later run: real stores, a real small model, real
// verifications. What unlearning writes is given: a model that knows nobody, or one that was taught the first person again.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createReporter } from '../../src/compute/progress.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { verifyStage } from '../../src/compute/verify-stage.ts';
import type { ComputeJob, UnlearnResult } from '../../src/domain/compute.ts';
import type { Engine } from '../../src/domain/engine.ts';
import type { TrainingRecord, UploadedAnswer } from '../../src/domain/record.ts';
import type { VerificationPolicy } from '../../src/domain/verification.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import type { UnlearningStatement } from '../../src/evidence/statement-schema.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import { earlierPeople } from '../../src/runs/earlier-people.ts';
import type { Compute } from '../../src/runs/ports.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { verifyCheckpoint } from '../../src/runs/verify-checkpoint.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { quickPeople } from '../helpers/quick-model.ts';
import { createTestWorker, TENANT, type TestWorker } from '../helpers/worker.ts';

const EACH = 3;
const DAY = 86_400_000;
const { train, holdout } = quickPeople(5, 14);
const nameOf = (person: number) => train[person * EACH]!.prompt.split(' ')[0]!;
/** Two strangers of fourteen are as odd as anybody: fewer people than a policy would have decide here. */
const POLICY: VerificationPolicy = {
  ...{ version: 1, memory_margin: 0.05, extraction_margin: 1, membership_alpha: 0.2, utility_min_ratio: 0 },
  robustness: [],
};

/** One for all verifications: what a process of its own would compile each time is most of their cost. */
let engine: Engine;
let worker: TestWorker;
let deps: RunDeps;
let modelId: string;
let root: string;
let now = Date.parse('2026-03-01T10:00:00.000Z');
const jobs: ComputeJob[] = [];
const logged: unknown[] = [];
/** Folders that the next unlearning stages write. */
const next: string[] = [];
/** What is read in place of the checkpoint in use when it is looked at again; null: nothing. */
let drifted: string | null = null;

const made: UnlearnResult = {
  ...{ stage: 'unlearn', curve: [], seconds: {}, steps: {}, backend: 'onnxruntime/cpu' },
  ...{ planned_memory_bytes: 0, peak_memory_bytes: 0 },
};
const compute: Compute = {
  async run(job, { signal, progress }) {
    jobs.push(job);
    if (job.stage === 'unlearn') {
      await cp(next.shift()!, job.out_dir, { recursive: true });
      // the same weights are another checkpoint in each run
      await writeFile(join(job.out_dir, 'README.md'), job.run_id);
      return made;
    }
    assert.ok(job.stage === 'verify');
    if (job.again) job.candidate_dir = drifted ?? job.candidate_dir;
    const reporter = createReporter((update) => progress({ type: 'progress', ...update }));
    return verifyStage(job, { engine, reporter, signal });
  },
};

const ndjson = (records: UploadedAnswer[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** A model of a few thousand weights that has learned some people; 1 step: nobody. */
async function taught(name: string, people: number[], steps: number): Promise<string> {
  const file = join(root, `${name}.ndjson`);
  await writeFile(file, ndjson(people.flatMap((person) => train.slice(person * EACH, (person + 1) * EACH))));
  const out = join(root, name);
  await trainModel(
    {
      ...{ train: file, holdout: null, out, backend: 'onnxruntime/cpu', threads: 1 },
      ...{ architecture: 'gpt2', width: 24, layers: 1, heads: 2, vocabSize: 260, seed: 3 },
      options: { learning_rate: 1e-2, batch_size: 6, warmup_steps: 5, steps },
    },
    { progress: () => undefined },
  );
  return out;
}

async function corpus(name: string, records: UploadedAnswer[]): Promise<string> {
  const created = await worker.store.createCorpus(TENANT, name, 'test');
  assert.ok(created.status === 'created');
  const { id } = created.corpus;
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (const { id, prompt, answer } of records) yield { id, prompt, answer };
  }
  const { digest, commit } = await deps.corpora.append(id, texts());
  await commit();
  async function* index() {
    for (const [ordinal, { id, subjects = [] }] of records.entries())
      yield { ordinal, record_id: id, subjects: subjects.map((one) => deps.subjectKeys.keyFor(TENANT, one)) };
  }
  await worker.store.addRecords(TENANT, id, index(), digest, 'test');
  return id;
}

async function register(dir: string): Promise<string> {
  const folder = await deps.checkpoints.workFolder('parent');
  await cp(dir, folder, { recursive: true });
  const about = { architecture: 'gpt2', parameters: 7, has_recipe: false, warnings: [] };
  const checkpoint = await deps.checkpoints.adopt(folder, { ...about, parent: null, run_id: null });
  const corpora = [
    { corpus_id: await corpus('people', train), role: 'train' as const },
    { corpus_id: await corpus('strangers', holdout), role: 'holdout' as const },
  ];
  const registered = await worker.store.createModel(TENANT, { ...about, name: 'real', corpora, checkpoint }, 'test');
  assert.ok(registered.status === 'created');
  await worker.store.choosePolicy(TENANT, null, POLICY, 'test');
  return registered.model.id;
}

let knows: string;
let blank: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-earlier-'));
  worker = await createTestWorker(compute, () => new Date(now));
  const log = (...entry: unknown[]) => logged.push(entry);
  deps = {
    ...worker.deps,
    splitHoldout: (rows) => ({ calibration: [], holdout: rows }),
    settings: { ...worker.deps.settings, backend: 'onnxruntime/cpu', reverifyForMs: 30 * DAY },
    log: { info: log, warn: log, error: log },
  };
  knows = await taught('knows', [0, 4], 80);
  blank = await taught('blank', [0, 4], 1);
  modelId = await register(knows);
  // after the trainings, which end the engines of their own
  engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
});
after(async () => {
  await worker.close();
  await engine.dispose();
  await rm(root, { recursive: true, force: true });
});

async function ask(person: number, reverify_seconds: number | null = null): Promise<string> {
  const outcome = await worker.store.createRequest({
    ...{ tenant: TENANT, external_id: null, ground: null, model_ids: [modelId], actor: 'test', reverify_seconds },
    method: null,
    subjects: [deps.subjectKeys.keyFor(TENANT, train[person * EACH]!.subjects![0]!)],
    submitted_at: new Date(now).toISOString(),
  });
  assert.ok(outcome.status === 'created');
  return outcome.request.id;
}

/** A request for a person, worked to its end with these candidates. Returns its run and its certificate, if it has one. */
async function forget(person: number, candidates: string[], reverify_seconds: number | null = null) {
  next.splice(0, next.length, ...candidates);
  const id = await ask(person, reverify_seconds);
  await workModel(deps, modelId, new AbortController().signal);
  const target = (await worker.store.getRequest(TENANT, id))!.targets[0]!;
  const run = (await worker.store.getRun(TENANT, target.run_id!))!;
  const jws = target.certificate_id && (await worker.store.getCertificate(TENANT, target.certificate_id))!.jws;
  const check = jws ? await verifyCertificate(jws, await deps.signer.jwks()) : null;
  const statement = check?.ok ? (check.statement as UnlearningStatement) : null;
  return { id, run, certified: statement?.predicate.verification ?? null };
}

const probesDir = () => join(dirname(worker.checkpointDir), 'probes');
const keptFiles = async () => (await readdir(probesDir()).catch(() => [])).filter((name) => name.endsWith('.sealed'));

/** Every place outside the training text where a name stands. */
async function placesOf(name: string): Promise<string[]> {
  const data = dirname(worker.checkpointDir);
  const found: string[] = [];
  for (const entry of await readdir(data, { recursive: true })) {
    if (entry.startsWith('corpora') || !(await stat(join(data, entry))).isFile()) continue;
    if ((await readFile(join(data, entry))).includes(name)) found.push(entry);
  }
  const client = new pg.Client({ connectionString: worker.databaseUrl });
  await client.connect();
  const { rows } = await client.query(`select table_name from information_schema.tables where table_schema = 'public'`);
  for (const { table_name } of rows) {
    const { rowCount } = await client.query(`select from ${table_name} as t where t::text like '%' || $1 || '%'`, [
      name,
    ]);
    if (rowCount) found.push(table_name);
  }
  await client.end();
  const said = { jobs, logged };
  for (const [where, what] of Object.entries(said)) if (JSON.stringify(what).includes(name)) found.push(where);
  return found;
}

test('a person of an earlier run is looked at again in each later one, until what was kept is shredded', async () => {
  const first = await forget(0, [blank]);
  assert.equal(first.run.state, 'published', first.run.reason ?? '');
  assert.equal(first.certified!.before, undefined, 'nobody was forgotten before');
  assert.equal((await keptFiles()).length, 1);
  assert.deepEqual(await placesOf(nameOf(0)), []);

  now += DAY;
  const second = await forget(1, [knows, blank]);
  assert.equal(second.run.state, 'published', second.run.reason ?? '');
  const [back, gone] = second.run.attempts;
  assert.deepEqual([back!.verdict, gone!.verdict], ['failed', 'passed']);
  assert.match(
    back!.reason!,
    /^The rule of people forgotten before failed: 1 of 1 person forgotten by earlier runs came back/,
  );
  const seen = second.certified!.before!;
  assert.deepEqual([seen.requests, seen.reverified_requests, seen.people, seen.records], [1, 1, 1, EACH]);
  assert.deepEqual([seen.verdict, seen.people_above, seen.unobservable_since], ['passed', 0, null]);
  assert.ok(seen.findings.some(({ metric, verdict }) => metric === 'loss' && verdict === 'passed'));
  for (const person of [0, 1]) assert.deepEqual(await placesOf(nameOf(person)), []);
  assert.deepEqual(await readdir(join(worker.checkpointDir, 'work')), [], 'what was handed over is gone');

  now += 29.5 * DAY;
  await sweepOnce(deps);
  assert.equal((await keptFiles()).length, 1, 'the first is over, the second is not');
  const shredded = new Date(now).toISOString();
  const third = await forget(2, [blank], 0);
  const later = third.certified!.before!;
  assert.deepEqual([later.requests, later.reverified_requests, later.unobservable_requests], [2, 1, 1]);
  assert.equal(later.unobservable_since, shredded);
  assert.equal((await keptFiles()).length, 1, 'the third asked that nothing be kept');
  const entries = await worker.store.readLedger({ limit: 1000 });
  assert.deepEqual(
    entries.filter(({ type }) => type === 'probes.shredded').map(({ data }) => [data.request_id, data.why]),
    [[first.id, 'expired']],
  );
});

test('the checkpoint in use is looked at again by the schedule, which names the request whose person came back and leaves the model', async () => {
  const forgotten = await forget(4, [blank]);
  assert.equal(forgotten.run.state, 'published', forgotten.run.reason ?? '');
  const { active } = (await worker.store.getModel(TENANT, modelId))!;
  const list = async () => (await worker.store.listVerifications(TENANT, active, { limit: 10 })).items;
  /** As after a restart: what waits is found in the store alone. */
  async function look() {
    now += 2 * DAY;
    await sweepOnce(deps);
    await sweepOnce(deps);
    const waiting = (await list()).filter(({ state }) => state === 'queued');
    assert.equal(waiting.length, 1, 'one at a time');
    await verifyCheckpoint(deps, waiting[0]!.id, new AbortController().signal);
    return (await worker.store.getCheckpointVerification(TENANT, waiting[0]!.id))!;
  }
  now += 2 * DAY;
  await sweepOnce(deps);
  assert.deepEqual(await list(), [], 'a policy that does not say so asks for nothing');
  await worker.store.choosePolicy(TENANT, null, { ...POLICY, reverify_every_days: 2 }, 'test');
  const passed = await look();
  assert.deepEqual([passed.verification.verdict, passed.verification.came_back], ['passed', []]);
  assert.deepEqual([passed.report!.before!.people, passed.report!.findings.length], [1, 0]);
  await sweepOnce(deps);
  assert.equal((await list()).length, 1, 'not before its time');

  drifted = knows;
  const failed = await look();
  assert.equal(failed.verification.reason, failed.report!.reason);
  assert.match(failed.report!.reason, /^1 of 1 person forgotten by earlier runs came back/);
  assert.deepEqual([failed.verification.verdict, failed.verification.came_back], ['failed', [forgotten.id]]);
  const model = (await worker.store.getModel(TENANT, modelId))!;
  assert.deepEqual([model.active, model.last_verification!.failing], [active, 1], 'a person decides');
  assert.equal(model.last_verification!.verification_id, failed.verification.id);
  const entry = (await worker.store.readLedger({ limit: 1000 })).findLast(({ type }) => type === 'verification.ended')!;
  assert.deepEqual(
    [entry.data.asks, entry.data.verdict, entry.data.active, entry.data.came_back],
    ['earlier', 'failed', true, [forgotten.id]],
  );
  assert.deepEqual(await placesOf(nameOf(4)), []);

  drifted = null;
  await look();
  assert.equal((await worker.store.getModel(TENANT, modelId))!.last_verification!.failing, 0);
});

test('probes that do not open any more are shredded, and count as such', async () => {
  const [name] = await keptFiles();
  await ask(3);
  const outcome = await worker.store.claim(modelId, 'worker-a', { lease_ms: DAY, max_restarts: 2 });
  assert.ok(outcome.status === 'claimed');
  const of = { tenant: TENANT, model_id: modelId, but: outcome.claim.run.id };
  // a disk that is not mounted has lost nothing
  const aside = `${probesDir()}.aside`;
  await rename(probesDir(), aside);
  await mkdir(probesDir());
  await assert.rejects(
    earlierPeople(deps, of, root, 1),
    (error: { code?: string }) => error.code === 'storage-not-writable',
  );
  await rm(probesDir(), { recursive: true });
  await rename(aside, probesDir());
  await writeFile(join(probesDir(), name!), 'damaged');
  const { job } = (await earlierPeople(deps, of, root, 1))!;
  assert.deepEqual([job.requests, job.reverified_requests, job.unobservable_requests, job.probes], [4, 0, 4, null]);
  const entries = await worker.store.readLedger({ limit: 1000 });
  assert.equal(entries.findLast(({ type }) => type === 'probes.shredded')!.data.why, 'lost');
  assert.deepEqual(await keptFiles(), []);
});
