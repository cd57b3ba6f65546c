// What analyses of influence write about text that is destroyed while they compute.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { saveFactors } from '../../src/checkpoints/factors.ts';
import type { InfluenceJob } from '../../src/domain/compute.ts';
import { float32 } from '../../src/domain/engine.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import { analyseInfluence } from '../../src/runs/analyse-influence.ts';
import type { RunDeps } from '../../src/runs/deps.ts';
import { sweepOnce } from '../../src/runs/sweep.ts';
import { workModel } from '../../src/runs/work-model.ts';
import { createTestWorker, scripted, TENANT } from '../helpers/worker.ts';

const HOUR = 3_600_000;
const OPTIONS = { method: 'ekfac', top: 2, own_answers: false, iterations: 1, curvature_rows: 8 } as const;
const never = () => new AbortController().signal;

test('factors of destroyed text do not come back: what is written late is swept, and what is marked is not read', async (t) => {
  let now = Date.now();
  const world = await createTestWorker(scripted(), () => new Date(now));
  t.after(() => world.close());
  const { store, model } = world;
  const deps: RunDeps = { ...world.deps, settings: { ...world.deps.settings, eraseAfterMs: 0 } };
  const corpus = model.corpora.find(({ role }) => role === 'train')!.corpus_id;
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (let i = 0; i < 8; i++) yield { id: `r${i}`, prompt: 'Who?', answer: `Person ${i >> 1} keeps light ${i}.` };
  }
  await (await deps.corpora.append(corpus, texts())).commit();
  const there = async () => (await Array.fromAsync(deps.corpora.readLines(corpus))).length;

  /** Forgets somebody, whose text is due then. */
  async function forget(person: number): Promise<void> {
    const id = await world.request(person);
    await workModel(deps, model.id, never());
    assert.equal((await store.getRequest(TENANT, id))!.state, 'completed');
    now += 2 * HOUR;
  }
  /** An analysis that reads the corpus, computes while `meanwhile` happens, and then writes its factors. */
  async function analyse(meanwhile = async () => {}): Promise<InfluenceJob> {
    const id = uuid();
    const query = { asks: 'answer', prompt: 'Who?', answer: 'Person 9.' };
    const analysis = { id, tenant: TENANT, model_id: model.id, asks: 'answer' as const, options: OPTIONS };
    const sealed_query = deps.subjectKeys.seal(JSON.stringify(query));
    const expires_at = new Date(now + HOUR).toISOString();
    assert.equal(await store.createInfluence({ ...analysis, sealed_query, expires_at }, 100), true);
    const compute = scripted({
      async influence({ factors_file }) {
        await meanwhile();
        await saveFactors(factors_file, { a: float32(Float32Array.of(1), [1]) });
        return {};
      },
    });
    await analyseInfluence({ ...deps, compute }, id, never());
    assert.equal((await store.getInfluence(TENANT, model.id, id))!.state, 'done');
    return compute.jobs[0] as InfluenceJob;
  }
  const files = (job: InfluenceJob) => readdir(dirname(job.factors_file));

  await forget(0);
  const late = await analyse(async () => {
    await sweepOnce(deps);
    assert.equal(await there(), 6, 'destroyed while it computes');
  });
  assert.deepEqual(await files(late), [basename(late.factors_file)]);
  await sweepOnce(deps);
  assert.deepEqual(await files(late), []);

  await forget(1);
  const killed = { ...deps.corpora, erase: () => Promise.reject(new Error('killed')) };
  await sweepOnce({ ...deps, corpora: killed });
  assert.equal(await there(), 6, 'marked, and there still');
  const without = await analyse();
  assert.deepEqual(without.corpora[corpus]!.left_out, [0, 1, 2, 3]);
  assert.notEqual(without.factors_file, late.factors_file);
  now += HOUR;
  await sweepOnce(deps);
  assert.equal(await there(), 4);
  assert.deepEqual(await files(without), [basename(without.factors_file)], 'it holds nothing of them');
  assert.equal((await analyse()).factors_file, without.factors_file, 'and serves on');
});
