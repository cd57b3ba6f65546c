// The end of a tenant: evidence is handed out first, then everything that is theirs goes, and with their keys whom it was about.
import { rm } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { ExpungeError } from '../errors.ts';
import type { EvidenceFolder } from '../evidence/evidence-folder.ts';
import type { Store } from '../runs/ports.ts';
import { ACTOR } from './keys.ts';
import { serviceSigner } from './service-signer.ts';

const refuse = (detail: string) => new ExpungeError('start-refused', detail);

export interface Offboarded {
  evidence: EvidenceFolder;
  counts: Record<string, number>;
}

/**
 * Versions of the tenant's subject key. Throws `start-refused` where the file of one is missing that was not destroyed: wherever it is,
 * it would be said to be destroyed.
 */
async function keyVersions(config: Config, store: Store, tenant: string): Promise<number[]> {
  const { subjectKeyFile, versionsOnDisk } = await import('../evidence/key-ring.ts');
  const stored = await store.listKeyVersions(tenant);
  const files = (await versionsOnDisk(config)).filter((one) => one.tenant === tenant).map((one) => one.version);
  const gone = stored.find(({ version, destroyed_at }) => destroyed_at === null && !files.includes(version));
  if (gone !== undefined)
    throw refuse(
      `The key file ${subjectKeyFile(config, tenant, gone.version)} is missing, and has to be there to be destroyed; set KEY_DIR to the folder that the service has, or restore the file`,
    );
  return [...new Set([...stored.map(({ version }) => version), ...files])].sort((a, b) => a - b);
}

/** All of them: the decision first, then the file. */
async function destroyKeys(config: Config, store: Store, tenant: string): Promise<number> {
  const { subjectKeyFile } = await import('../evidence/key-ring.ts');
  const { shredKeyFile } = await import('../evidence/key-file.ts');
  const versions = await keyVersions(config, store, tenant);
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
 * Throws `start-refused` for the tenant `default`, whose key others are sealed with, for one that there is not, where a key file is
 * missing, and while something of it has not ended; `dir` is gone again then.
 */
export async function offboardTenant(config: Config, store: Store, tenant: string, dir: string): Promise<Offboarded> {
  const unended = (by: readonly string[]) => refuse(`${tenant} has something that has not ended: ${by.join(', ')}`);
  if (tenant === 'default')
    throw refuse(
      'The tenant default is the installation’s own; to end that, remove its data, its database and its keys',
    );
  if (!(await store.listTenants()).some((one) => one.tenant === tenant)) throw refuse(`There is no tenant ${tenant}`);
  const open = await store.openOfTenant(tenant);
  if (open.length > 0) throw unended(open);
  const signer = await serviceSigner(config, store);
  await keyVersions(config, store, tenant);
  const { writeEvidence } = await import('../evidence/evidence-folder.ts');
  const evidence = await writeEvidence(store, signer, tenant, dir);
  const outcome = await store.offboardTenant(tenant, ACTOR, evidence.digest);
  if (outcome.status !== 'done') {
    await rm(dir, { recursive: true, force: true });
    throw outcome.status === 'open' ? unended(outcome.by) : refuse(`There is no tenant ${tenant}`);
  }
  await removeFiles(config, store, outcome.digests);
  const subject_keys = await destroyKeys(config, store, tenant);
  return { evidence, counts: { ...outcome.counts, subject_keys } };
}
