// Migrations from a static list: nothing is looked up on the disk.
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { ExpungeError } from '../errors.ts';
import type { Db } from './db.ts';
import * as initial from './migrations/001-initial.ts';
import * as checkpointStorage from './migrations/002-checkpoint-storage.ts';
import * as bulkRecords from './migrations/003-bulk-records.ts';
import * as compactIndex from './migrations/004-compact-index.ts';
import * as rowSizes from './migrations/005-row-sizes.ts';
import * as influence from './migrations/006-influence.ts';
import * as trainedRecords from './migrations/007-trained-records.ts';
import * as idempotencyKeys from './migrations/009-idempotency-keys.ts';
import * as verificationPolicies from './migrations/010-verification-policies.ts';
import * as checkpointVerifications from './migrations/011-checkpoint-verifications.ts';
import * as keptProbes from './migrations/012-kept-probes.ts';
import * as retrainedReferences from './migrations/013-retrained-references.ts';
import * as lifecycle from './migrations/014-lifecycle.ts';
import * as worldCorpora from './migrations/015-world-corpora.ts';
import * as apiKeys from './migrations/016-api-keys.ts';
import * as ledgerTree from './migrations/017-ledger-tree.ts';
import * as webhooks from './migrations/018-webhooks.ts';
import * as identifiers from './migrations/019-identifiers.ts';
import * as openRequests from './migrations/021-open-requests.ts';
import * as scheduledVerifications from './migrations/022-scheduled-verifications.ts';
import * as workers from './migrations/024-workers.ts';
import * as lifecycleEnds from './migrations/025-lifecycle-ends.ts';
import * as erasures from './migrations/026-erasures.ts';
import * as coalescing from './migrations/027-coalescing.ts';
import * as consolidations from './migrations/028-consolidations.ts';
import * as suspicion from './migrations/029-suspicion.ts';
import * as traces from './migrations/031-traces.ts';
import * as batchLines from './migrations/032-batch-lines.ts';
import * as cheaperIntake from './migrations/033-cheaper-intake.ts';
import * as usedCorpora from './migrations/037-used-corpora.ts';
import * as erasureLooks from './migrations/038-erasure-looks.ts';
import * as keyedResources from './migrations/039-keyed-resources.ts';
import * as offboarded from './migrations/041-offboarded.ts';
import * as suppressionWaits from './migrations/042-suppression-waits.ts';

const MIGRATIONS = {
  '001-initial': initial,
  '002-checkpoint-storage': checkpointStorage,
  '003-bulk-records': bulkRecords,
  '004-compact-index': compactIndex,
  '005-row-sizes': rowSizes,
  '006-influence': influence,
  '007-trained-records': trainedRecords,
  '009-idempotency-keys': idempotencyKeys,
  '010-verification-policies': verificationPolicies,
  '011-checkpoint-verifications': checkpointVerifications,
  '012-kept-probes': keptProbes,
  '013-retrained-references': retrainedReferences,
  '014-lifecycle': lifecycle,
  '015-world-corpora': worldCorpora,
  '016-api-keys': apiKeys,
  '017-ledger-tree': ledgerTree,
  '018-webhooks': webhooks,
  '019-identifiers': identifiers,
  '021-open-requests': openRequests,
  '022-scheduled-verifications': scheduledVerifications,
  '024-workers': workers,
  '025-lifecycle-ends': lifecycleEnds,
  '026-erasures': erasures,
  '027-coalescing': coalescing,
  '028-consolidations': consolidations,
  '029-suspicion': suspicion,
  '031-traces': traces,
  '032-batch-lines': batchLines,
  '033-cheaper-intake': cheaperIntake,
  '037-used-corpora': usedCorpora,
  '038-erasure-looks': erasureLooks,
  '039-keyed-resources': keyedResources,
  '041-offboarded': offboarded,
  '042-suppression-waits': suppressionWaits,
};

const migratorOf = (db: Db): Migrator =>
  new Migrator({
    // migrations must not depend on the tables' present types
    db: db as unknown as Kysely<unknown>,
    provider: { getMigrations: async () => MIGRATIONS },
  });

/** Names of those that have not been made yet. Changes nothing. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const all = await migratorOf(db).getMigrations();
  return all.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
}

/**
 * Makes the schema that a backup was made of, on an empty database. Throws `start-refused` for one of a later version, whose
 * migrations are not here.
 */
export async function migrateAsIn(db: Db, names: readonly string[]): Promise<void> {
  const missing = names.filter((name) => !Object.hasOwn(MIGRATIONS, name));
  const last = names.at(-1);
  if (missing.length > 0 || last === undefined) {
    const detail = `The backup is of a later version (${missing.join(', ')}); restore it with that one`;
    throw new ExpungeError('start-refused', detail);
  }
  const { error } = await migratorOf(db).migrateTo(last);
  if (error !== undefined) throw error;
  const made = (await migratorOf(db).getMigrations()).filter((one) => one.executedAt !== undefined);
  const others = made.filter(({ name }) => !names.includes(name));
  if (others.length === 0) return;
  const detail = `The backup was made without ${others.map(({ name }) => name).join(', ')}; restore it with the version that made it`;
  throw new ExpungeError('start-refused', detail);
}

/** Brings the schema up to date; safe when several processes start at once (Kysely takes an advisory lock). */
export async function migrate(db: Db): Promise<void> {
  const { error, results } = await migratorOf(db).migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error');
  if (!failed) throw error;
  throw new ExpungeError(
    'start-refused',
    `Migration ${failed.migrationName} failed; DATABASE_URL must name a database that this role owns, on Postgres 15 or later.`,
    { cause: error },
  );
}
