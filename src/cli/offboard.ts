// The end of a tenant: evidence is handed out first, then everything that is theirs goes, and with their keys whom it was about.
import { rm } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { ExpungeError } from '../errors.ts';
import type { EvidenceFolder } from '../evidence/evidence-folder.ts';
import type { Store } from '../runs/ports.ts';
import { ACTOR } from './keys.ts';

export interface Offboarded {
  evidence: EvidenceFolder;
  counts: Record<string, number>;
}

/** Every version of the tenant's subject key: the decision first, then the file. */
async function destroyKeys(config: Config, store: Store, tenant: string): Promise<number> {
  const { subjectKeyFile, versionsOnDisk } = await import('../evidence/key-ring.ts');
  const { shredKeyFile } = await import('../evidence/key-file.ts');
  const stored = (await store.listKeyVersions(tenant)).map(({ version }) => version);
  const files = (await versionsOnDisk(config)).filter((one) => one.tenant === tenant).map((one) => one.version);
  const versions = [...new Set([...stored, ...files])].sort((a, b) => a - b);
  for (const version of versions) {
    await store.destroyKeyVersion(tenant, version, ACTOR);
    await shredKeyFile(subjectKeyFile(config, tenant, version));
  }
  return versions.length;
}

/** Files at once, where a running service would get to them with its next sweep. */
async function removeFiles(config: Config, store: Store, digests: readonly string[]): Promise<void> {
  const [{ createCheckpointFiles }, { createCorpusFiles }, { retireExpired }, { removeTexts }] = await Promise.all([
    ...([import('../checkpoints/files.ts'), import('../corpora/files.ts'), import('../runs/retire.ts')] as const),
    import('../runs/ending.ts'),
  ]);
  const log = { info() {}, warn() {}, error() {} };
  const checkpoints = createCheckpointFiles({ dir: config.checkpointDir, importDir: config.importDir });
  for (const digest of digests) await retireExpired({ store, checkpoints, log, worker: ACTOR }, digest);
  await removeTexts({ store, checkpoints, log, corpora: createCorpusFiles(config.corpusDir) }, ACTOR);
}

/**
 * Throws `start-refused` for the tenant `default`, whose key others are sealed with, for one that there is not, and while something of it
 * has not ended; `dir` is gone again then.
 */
export async function offboardTenant(config: Config, store: Store, tenant: string, dir: string): Promise<Offboarded> {
  const refuse = (detail: string) => new ExpungeError('start-refused', detail);
  const unended = (by: readonly string[]) => refuse(`${tenant} has something that has not ended: ${by.join(', ')}`);
  if (tenant === 'default')
    throw refuse(
      'The tenant default is the installation’s own; to end that, remove its data, its database and its keys',
    );
  if (!(await store.listTenants()).some((one) => one.tenant === tenant)) throw refuse(`There is no tenant ${tenant}`);
  const open = await store.openOfTenant(tenant);
  if (open.length > 0) throw unended(open);
  const { createSigner } = await import('../evidence/signer.ts');
  const { writeEvidence } = await import('../evidence/evidence-folder.ts');
  const evidence = await writeEvidence(store, await createSigner(config), tenant, dir);
  const outcome = await store.offboardTenant(tenant, ACTOR, evidence.digest);
  if (outcome.status !== 'done') {
    await rm(dir, { recursive: true, force: true });
    throw outcome.status === 'open' ? unended(outcome.by) : refuse(`There is no tenant ${tenant}`);
  }
  await removeFiles(config, store, outcome.digests);
  const subject_keys = await destroyKeys(config, store, tenant);
  return { evidence, counts: { ...outcome.counts, subject_keys } };
}
