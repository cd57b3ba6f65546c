// Models and corpora come to an end: the decision first, then their files, which the sweep goes on with where this is cut off.
import type { Corpus, Model } from '../domain/resources.ts';
import type { RunDeps } from './deps.ts';
import type { EndingAsked, EndingOutcome, Store } from './ports.ts';
import { retireExpired } from './retire.ts';

type Deps = Pick<RunDeps, 'store' | 'checkpoints' | 'corpora' | 'log'>;

/** Models whose recipes begin at a checkpoint of this one: without it, they could never be trained again. */
async function descendants({ store, checkpoints }: Deps, tenant: string, id: string): Promise<string[]> {
  const own = new Set((await store.listCheckpoints(tenant, id)).map(({ digest }) => digest));
  const by: string[] = [];
  let after: Parameters<Store['listModels']>[1]['after'];
  do {
    const page = await store.listModels(tenant, { limit: 200, ...(after === undefined ? {} : { after }) });
    for (const model of page.items) {
      if (model.id === id || !model.has_recipe) continue;
      const base = await checkpoints.baseOf(model.active);
      if (base !== null && own.has(base)) by.push(`/v1/models/${model.id}`);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return by;
}

export async function deleteModel(deps: Deps, asked: EndingAsked<Model>): Promise<EndingOutcome<Model>> {
  const by = await descendants(deps, asked.tenant, asked.id);
  if (by.length > 0) return { status: 'in_use', by };
  const outcome = await deps.store.deleteModel(asked);
  if (outcome.status !== 'deleted') return outcome;
  for (const digest of outcome.digests ?? []) await retireExpired({ ...deps, worker: asked.actor }, digest);
  return { status: 'deleted', was: outcome.was };
}

/** Texts of corpora that were deleted. */
export async function removeTexts({ store, corpora, log }: Deps, actor: string, only?: string): Promise<void> {
  for (const corpus of await store.corporaToRemove()) {
    if (only !== undefined && corpus.id !== only) continue;
    await corpora.remove(corpus.id);
    if (await store.noteTextRemoved(corpus, actor))
      log.info({ corpus_id: corpus.id }, 'The text of a deleted corpus was removed');
  }
}

export async function deleteCorpus(deps: Deps, asked: EndingAsked<Corpus>): Promise<EndingOutcome<Corpus>> {
  const outcome = await deps.store.deleteCorpus(asked);
  if (outcome.status === 'deleted') await removeTexts(deps, asked.actor, asked.id);
  return outcome;
}
