// `expunge du`: what each model's checkpoints take on disk.
import type { Config } from '../../config.ts';
import type { StoredCheckpoint } from '../../domain/checkpoint.ts';
import type { Model } from '../../domain/resources.ts';
import { ExpungeError } from '../../errors.ts';
import type { Store } from '../../runs/ports.ts';
import { measureStorage } from '../../runs/storage.ts';
import type { Command } from '../command.ts';
import { explainSchema, openStore } from '../store.ts';
import { bytes, table } from '../terminal.ts';

export interface DiskUse {
  models: { id: string; name: string; stored_bytes: number; checkpoints: StoredCheckpoint[] }[];
  /** What several models hold is counted once. */
  stored_bytes: number;
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

/** Measures the checkpoints of a tenant's model, by name or id, or of all its models. Throws `unknown-model`. */
export async function diskUse(store: Store, config: Config, name?: string, tenant = 'default'): Promise<DiskUse> {
  const { createCheckpointFiles } = await import('../../checkpoints/files.ts');
  const checkpoints = createCheckpointFiles({ dir: config.checkpointDir, importDir: config.importDir });
  const models = await modelsOf(store, tenant, name);
  if (name !== undefined && models.length === 0)
    throw new ExpungeError('unknown-model', `There is no model ${JSON.stringify(name)}`);
  const storage = await measureStorage({ store, checkpoints }, tenant);
  const rows = models.map(async (model) => {
    const known = await store.listCheckpoints(tenant, model.id);
    const measured = known.map((one) => ({ ...one, ...storage.usage(model.id, one.digest) }));
    return { id: model.id, name: model.name, stored_bytes: storage.bytes(model.id), checkpoints: measured };
  });
  return {
    models: await Promise.all(rows),
    stored_bytes: name === undefined ? storage.bytes() : storage.bytes(models[0]!.id),
  };
}

function print({ models, stored_bytes }: DiskUse): string {
  const rows = models.flatMap((model) => [
    ...model.checkpoints.map((one) => [
      model.name,
      `${one.digest.slice(0, 'sha256:'.length + 12)}…`,
      one.state,
      bytes(one.own_bytes),
      bytes(one.shared_bytes),
      one.created_at.slice(0, 16).replace('T', ' '),
    ]),
    [model.name, 'all', '', bytes(model.stored_bytes)],
  ]);
  const heading = ['model', 'checkpoint', 'state', 'own', 'shared', 'created'];
  const total = models.length === 1 ? [] : [['all', '', '', bytes(stored_bytes)]];
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
  summary: 'Show what the checkpoints of each model take on disk',
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
