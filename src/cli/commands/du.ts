// `expunge du`: what each model takes on disk: its checkpoints, what was retrained to verify it, and what is kept of the forgotten.
import type { Config } from '../../config.ts';
import type { StoredCheckpoint, Usage } from '../../domain/checkpoint.ts';
import type { Model } from '../../domain/resources.ts';
import { ExpungeError } from '../../errors.ts';
import type { KeptReference, Store } from '../../runs/ports.ts';
import { measureStorage } from '../../runs/storage.ts';
import type { Command } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';
import { bytes, table } from '../terminal.ts';

export interface DiskUse {
  models: ModelUse[];
  /** Of checkpoints and references: what several models hold is counted once. */
  stored_bytes: number;
  kept_probes_bytes: number;
}

interface ModelUse {
  id: string;
  name: string;
  /** Of its checkpoints and references. */
  stored_bytes: number;
  checkpoints: StoredCheckpoint[];
  /** Models that were retrained to compare candidates with. */
  references: (Omit<KeptReference, 'model_id'> & Usage)[];
  /** What is kept of requests, to look again. */
  kept_probes: { requests: number; bytes: number };
}

async function modelsOf(store: Store, tenant: string, name: string | undefined): Promise<Model[]> {
  const found: Model[] = [];
  for (let query: Parameters<Store['listModels']>[1] = { limit: 100 }; ; ) {
    const page = await store.listModels(tenant, query);
    found.push(...page.items.filter((model) => name === undefined || model.name === name || model.id === name));
    if (page.next === null) return found;
    query = { limit: 100, after: page.next };
  }
}

/** By model. */
async function probesOf(store: Store, tenant: string, dir: string): Promise<Map<string, ModelUse['kept_probes']>> {
  const { sealedBytes } = await import('../../evidence/kept-probes.ts');
  const found = new Map<string, ModelUse['kept_probes']>();
  for (const { model_id, ...place } of await store.keptProbes(tenant)) {
    const { requests, bytes: before } = found.get(model_id) ?? { requests: 0, bytes: 0 };
    found.set(model_id, { requests: requests + 1, bytes: before + (await sealedBytes(dir, place)) });
  }
  return found;
}

/** Measures what is stored for a tenant's model, by name or id, or for all its models. Throws `unknown-model`. */
export async function diskUse(store: Store, config: Config, name?: string, tenant = 'default'): Promise<DiskUse> {
  const { createCheckpointFiles } = await import('../../checkpoints/files.ts');
  const checkpoints = createCheckpointFiles({ dir: config.checkpointDir, importDir: config.importDir });
  const models = await modelsOf(store, tenant, name);
  if (name !== undefined && models.length === 0)
    throw new ExpungeError('unknown-model', `There is no model ${JSON.stringify(name)}`);
  const storage = await measureStorage({ store, checkpoints }, tenant);
  const [trained, probes] = [await store.keptReferences(tenant), await probesOf(store, tenant, config.probeDir)];
  const rows = models.map(async ({ id, name: called }): Promise<ModelUse> => {
    const usage = ({ digest }: { digest: string }) => storage.usage(id, digest);
    const checkpoints = (await store.listCheckpoints(tenant, id)).map((one) => ({ ...one, ...usage(one) }));
    const own = trained.filter(({ model_id }) => model_id === id);
    const references = own.map(({ model_id: _, ...one }) => ({ ...one, ...usage(one) }));
    const kept_probes = probes.get(id) ?? { requests: 0, bytes: 0 };
    return { id, name: called, stored_bytes: storage.bytes(id), checkpoints, references, kept_probes };
  });
  const measured = await Promise.all(rows);
  return {
    models: measured,
    stored_bytes: name === undefined ? storage.bytes() : storage.bytes(models[0]!.id),
    kept_probes_bytes: measured.reduce((sum, { kept_probes }) => sum + kept_probes.bytes, 0),
  };
}

type Line = Usage & { digest: string; created_at: string };
const line = (name: string, state: string, one: Line): string[] => [
  ...[name, `${one.digest.slice(0, 'sha256:'.length + 12)}…`, state],
  ...[bytes(one.own_bytes), bytes(one.shared_bytes), one.created_at.slice(0, 16).replace('T', ' ')],
];

function print({ models, stored_bytes, kept_probes_bytes }: DiskUse): string {
  const rows = models.flatMap(({ name, kept_probes: kept, ...model }) => [
    ...model.checkpoints.map((one) => line(name, one.state, one)),
    ...model.references.map((one) => line(name, 'reference', one)),
    ...(kept.requests === 0 ? [] : [[name, `of ${kept.requests} requests`, 'kept probes', bytes(kept.bytes)]]),
    [name, 'all', '', bytes(model.stored_bytes + kept.bytes)],
  ]);
  const heading = ['model', 'checkpoint', 'state', 'own', 'shared', 'created'];
  const total = models.length === 1 ? [] : [['all', '', '', bytes(stored_bytes + kept_probes_bytes)]];
  return table([heading, ...rows, ...total], ['left', 'left', 'left', 'right', 'right', 'left']);
}

export const du: Command = {
  name: 'du',
  positionals: [],
  options: {
    model: { type: 'string', value: 'NAME', summary: 'This model alone, by name or id' },
    tenant: { type: 'string', value: 'TENANT', summary: 'Whose models; default: default' },
    json: { type: 'boolean', summary: 'Print JSON, sizes in bytes' },
  },
  summary: 'Show what each model takes on disk: checkpoints, references, kept probes',
  async run(args, { out }) {
    const { readConfig } = await import('../../config.ts');
    const config = readConfig();
    const { store, close } = await openStore(config);
    try {
      const use = await diskUse(store, config, args.text('model'), args.text('tenant'));
      out.write(args.flag('json') ? `${JSON.stringify(use, null, 2)}\n` : print(use));
      return 0;
    } catch (error) {
      throw explainSchema(error);
    } finally {
      await close();
    }
  },
};
