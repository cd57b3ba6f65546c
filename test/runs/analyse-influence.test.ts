import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import type { InfluenceJob } from '../../src/domain/compute.ts';
import { ExpungeError } from '../../src/errors.ts';
import { analyseInfluence } from '../../src/runs/analyse-influence.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { createTestWorker, type Script, scripted, TENANT, type TestWorker } from '../helpers/worker.ts';

const OPTIONS = {
  method: 'tracin',
  top: 2,
  own_answers: false,
  damping: 0.1,
  iterations: 10,
  curvature_rows: 8,
} as const;
const QUESTION = { asks: 'answer', prompt: 'Where does Ossip Varn live?', answer: ' In Belm.' };
const never = new AbortController().signal;

let world: TestWorker;
before(async () => {
  world = await createTestWorker();
});
after(() => world.close());

async function ask(expiresIn = 60_000): Promise<string> {
  const id = uuid();
  const analysis = {
    ...{ id, tenant: TENANT, model_id: world.model.id, asks: 'answer' as const, options: OPTIONS },
    sealed_query: world.deps.subjectKeys.seal(JSON.stringify(QUESTION)),
    expires_at: new Date(Date.now() + expiresIn).toISOString(),
  };
  assert.equal(await world.store.createInfluence(analysis, 100), true);
  return id;
}
const read = async (id: string) => (await world.store.getInfluence(TENANT, world.model.id, id))!;

let rung: string[];
let warned: string[];
beforeEach(() => {
  rung = [];
  warned = [];
});
/** A worker whose compute process answers as the script has it, and whose rings and warnings are heard. */
function worker(script: Script, name = 'one'): RunDeps & { jobs: InfluenceJob[] } {
  const compute = scripted(script);
  const deps = world.other(name, compute);
  return {
    ...deps,
    doorbell: { ...deps.doorbell, ringInfluence: async (id) => void rung.push(id), ringModel: async () => undefined },
    log: { ...deps.log, warn: (about, text) => void warned.push(JSON.stringify([about, text])) },
    jobs: compute.jobs as InfluenceJob[],
  };
}
const findingsOf = (sealed: string | null) => JSON.parse(world.deps.subjectKeys.open(sealed!));

test('an analysis is computed on the active checkpoint; its question goes when it ends', async () => {
  const id = await ask();
  assert.doesNotMatch(JSON.stringify(await read(id)), /Ossip|Belm/);
  const train = world.model.corpora.find(({ role }) => role === 'train')!.corpus_id;
  const ranking = [
    { rank: 1, corpus_id: train, ordinal: 3, record_id: 'r3', score: 2, queried: false },
    { rank: 2, corpus_id: train, ordinal: 0, record_id: 'r0', score: 1, queried: true },
  ];
  const deps = worker({ influence: async () => ({ records: 8, ranking }) });
  await analyseInfluence(deps, id, never);
  const [job] = deps.jobs;
  assert.deepEqual([job!.query, job!.options, Object.keys(job!.corpora)], [QUESTION, OPTIONS, [train]]);
  const done = await read(id);
  assert.deepEqual([done.state, done.checkpoint, done.sealed_query], ['done', world.model.active, null]);
  assert.ok(done.started_at! <= done.finished_at!);
  const findings = findingsOf(done.sealed_findings);
  assert.deepEqual(
    findings.ranking,
    ranking.map(({ ordinal: _, ...one }) => ({ ...one, erased: false })),
  );
  await analyseInfluence(deps, id, never);
  assert.equal(deps.jobs.length, 1, 'one that is done is left');
});

test('one that fails says why in our own words, and no text of the question is kept or logged', async () => {
  for (const [error, reason] of [
    [new ExpungeError('compute-failed', 'The weights are not finite.'), 'compute-failed: The weights are not finite.'],
    [
      new Error(`cannot parse "${QUESTION.prompt}"`),
      'The analysis of influence could not be done; see the log of the worker.',
    ],
  ] as const) {
    const id = await ask();
    await analyseInfluence(worker({ influence: () => Promise.reject(error) }), id, never);
    const failed = await read(id);
    assert.deepEqual([failed.state, failed.reason, failed.sealed_query], ['failed', reason, null]);
    assert.equal(failed.sealed_findings, null);
  }
  assert.equal(warned.length, 2);
});

test('a worker that is shut down gives it back, and rings', async () => {
  const id = await ask();
  const stop = new AbortController();
  const influence = async () => {
    stop.abort(new Error('the worker is shutting down'));
    throw new ExpungeError('cancelled', 'aborted');
  };
  await analyseInfluence(worker({ influence }), id, stop.signal);
  const waiting = await read(id);
  assert.deepEqual([waiting.state, waiting.started_at, rung], ['queued', null, [id]]);
  assert.ok(waiting.sealed_query !== null);
  assert.ok((await world.store.influenceToRing()).includes(id));
});

test('one whose worker was lost is taken over, not while its lease lives, and not for ever', async () => {
  const { store } = world;
  const id = await ask();
  const claim = (lease_ms: number) => store.claimInfluence(id, 'lost', { lease_ms, max_restarts: 1 });
  const first = (await claim(10_000))!;
  assert.equal(await claim(10_000), null);
  assert.ok(!(await store.influenceToRing()).includes(id));
  assert.equal(await store.renewInfluence(id, first.fence, 1), true);
  await sleep(20);
  assert.ok((await store.influenceToRing()).includes(id));
  const second = (await claim(1))!;
  assert.equal(second.fence, first.fence + 1);
  const late = { checkpoint: null, reason: 'late' };
  assert.equal(await store.finishInfluence(id, first.fence, late), false);
  assert.equal(await store.renewInfluence(id, first.fence, 1), false);
  assert.equal(await store.releaseInfluence(id, first.fence), false);
  await sleep(20);
  assert.equal(await claim(10_000), null);
  assert.match((await read(id)).reason!, /started 2 times/);
});

test('the sweep rings for those that wait and deletes those whose time is over, unanswered or not', async () => {
  const [waiting, over] = [await ask(), await ask(1)];
  await sleep(20);
  assert.equal(await world.store.claimInfluence(over, 'late', { lease_ms: 1000, max_restarts: 1 }), null);
  assert.equal(await read(over), null);
  assert.equal(await sweepOnce(worker({})), true);
  assert.ok(rung.includes(waiting) && !rung.includes(over));
  assert.equal(await world.store.deleteExpiredInfluence(), 0);
  assert.equal(await world.store.getInfluence('other', world.model.id, waiting), null);
});
