// What a worker does with a corpus before it trains: one person is to be forgotten, the rest is retained.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSets } from '../../src/corpora/sets-file.ts';
import type { AppDeps } from '../../src/http/types.ts';

const TENANT = 'default';

/** Registers a model that was trained on the corpus, asks for the first person's deletion and claims the run. */
async function claimed({ store, subjectKeys }: AppDeps, corpus_id: string) {
  const digest = `sha256:${corpus_id.replaceAll('-', '').padStart(64, '0')}`;
  const manifest = { version: 1 as const, architecture: 'gpt2', parent: null, run_id: null, files: [] };
  const made = await store.createModel(
    TENANT,
    {
      ...{ name: corpus_id, architecture: 'gpt2', parameters: 1, has_recipe: false, warnings: [] },
      corpora: [{ corpus_id, role: 'train' }],
      checkpoint: { digest, parent_digest: null, run_id: null, manifest, bytes: 1 },
    },
    'bench',
  );
  if (made.status !== 'created') throw new Error(`The model: ${made.status}`);
  await store.createRequest({
    ...{ tenant: TENANT, external_id: null, ground: null, method: null, actor: 'bench' },
    ...{ model_ids: [made.model.id], submitted_at: new Date().toISOString() },
    subjects: [subjectKeys.keyFor(TENANT, { type: 'email', value: 'resident0@example.org' })],
  });
  const outcome = await store.claim(made.model.id, 'bench', { lease_ms: 600_000, max_restarts: 0 });
  if (outcome.status !== 'claimed') throw new Error(`The run: ${outcome.status}`);
  return outcome.claim;
}

/** Builds and writes the sets; returns how many records are in them. */
export async function buildSets(deps: AppDeps, corpusId: string): Promise<number> {
  const claim = await claimed(deps, corpusId);
  const folder = await mkdtemp(join(tmpdir(), 'expunge-bench-sets-'));
  let records = 0;
  try {
    await writeSets(folder, async (retain) => {
      const { forget, holdout, counts } = await deps.store.runSets(claim, retain);
      records = counts.forget_records + counts.retain_records;
      return { forget, calibration: [], holdout };
    });
    return records;
  } finally {
    await rm(folder, { recursive: true });
  }
}
