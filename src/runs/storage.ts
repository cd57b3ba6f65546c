// What checkpoints, and models that were retrained for verification, take on disk: what several of them hold is there once.
import type { Usage } from '../domain/checkpoint.ts';
import type { RunDeps } from './deps.ts';
import type { StoredContent } from './ports.ts';

/** One model's claim to one checkpoint, with what is stored for it. */
interface Holding {
  model_id: string;
  digest: string;
  /** Bytes by content. */
  contents: ReadonlyMap<string, number>;
}

export interface Storage {
  /** Of one checkpoint; nothing where there is none any more. */
  usage(modelId: string, digest: string): Usage;
  /** Of all checkpoints and references of a model together, or of all models. */
  bytes(modelId?: string): number;
}

const distinct = (contents: readonly StoredContent[]): ReadonlyMap<string, number> =>
  new Map(contents.map(({ content, bytes }) => [content, bytes]));

export function tally(holdings: readonly Holding[]): Storage {
  const holders = new Map<string, number>();
  for (const { contents } of holdings)
    for (const content of contents.keys()) holders.set(content, (holders.get(content) ?? 0) + 1);
  return {
    usage(modelId, digest) {
      const held = holdings.find((one) => one.model_id === modelId && one.digest === digest);
      const usage = { own_bytes: 0, shared_bytes: 0 };
      for (const [content, bytes] of held?.contents ?? [])
        usage[holders.get(content) === 1 ? 'own_bytes' : 'shared_bytes'] += bytes;
      return usage;
    },
    bytes(modelId) {
      const of = holdings.filter((one) => modelId === undefined || one.model_id === modelId);
      const all = new Map(of.flatMap(({ contents }) => [...contents]));
      return [...all.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
  };
}

/** Looks at what is stored for every checkpoint and every reference of the tenant; nobody else's is counted or told of. */
export async function measureStorage(deps: Pick<RunDeps, 'store' | 'checkpoints'>, tenant: string): Promise<Storage> {
  const holdings: Holding[] = [];
  const { store } = deps;
  const known = new Set<string>();
  for (const { model_id, digest } of [
    ...(await store.keptCheckpoints(tenant)),
    ...(await store.keptReferences(tenant)),
  ]) {
    // retraining gives the same bytes again: a reference may be a checkpoint of the model as well
    const name = `${model_id}/${digest}`;
    if (known.has(name)) continue;
    known.add(name);
    holdings.push({ model_id, digest, contents: distinct((await deps.checkpoints.contents(digest)) ?? []) });
  }
  return tally(holdings);
}
