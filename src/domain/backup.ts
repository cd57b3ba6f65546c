// What a backup says of itself, and what has to be deleted again where an older one is restored. Both are signed as certificates are.
import Type, { type Static, type TSchema } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';
import { DeletionEntry } from './deletion-entry.ts';
import { TARGET_STATES } from './states.ts';

export const BACKUP_PREDICATE = 'urn:expunge:predicate:backup:v1';
export const DELETIONS_PREDICATE = 'urn:expunge:predicate:deletions:v1';

const strict = { additionalProperties: false } as const;
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Tenant = Type.String({ minLength: 1 });
const Count = Type.Integer({ minimum: 0 });
const Name = Type.String({ pattern: '^[a-z][a-z0-9_]*$' });

/** Which ledger, and how far it was. */
const LedgerHead = Type.Object(
  { first: Digest, size: Type.Integer({ minimum: 1 }), head: Digest },
  { ...strict, description: 'Hash of entry 1, which names the ledger; number and hash of the last entry' },
);
export type LedgerHead = Static<typeof LedgerHead>;

/** A file by where it belongs; its content is in the backup under its SHA-256. */
const BackupFile = Type.Object(
  {
    path: Type.String({
      pattern: '^(checkpoints/sha256-[0-9a-f]{64}|corpora|probes|keys|database)/[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}$',
    }),
    bytes: Count,
    sha256: Sha256,
  },
  strict,
);
export type BackupFile = Static<typeof BackupFile>;

const BackupTable = Type.Object({ name: Name, columns: Type.Array(Name), rows: Count }, strict);
export type BackupTable = Static<typeof BackupTable>;

export const Backup = Type.Object(
  {
    id: Id,
    created_at: Timestamp,
    software: Type.Object({ name: Type.Literal('expunge'), version: Type.String() }, strict),
    ledger: LedgerHead,
    migrations: Type.Array(Type.String()),
    tables: Type.Array(BackupTable),
    files: Type.Array(BackupFile),
    keys: Type.Object({ included: Type.Boolean(), needed: Type.Array(Type.String()) }, strict),
    absent: Type.Array(Digest, {
      description: 'Checkpoints that were deleted while the backup was being made: the list of deletions has them',
    }),
  },
  strict,
);
export type Backup = Static<typeof Backup>;

const Row = Type.Record(Type.String(), Type.Unknown());
/** Ordinals of a corpus. */
const Places = Type.Array(Type.Object({ corpus_id: Id, ordinal: Count }, strict));

const deletion = <const What extends string, Fields extends Record<string, TSchema>>(what: What, fields: Fields) =>
  Type.Object({ what: Type.Literal(what), tenant: Tenant, ...fields }, strict);

/** One thing that must not come back. Keys stand for people; nothing names anybody. */
export const Deletion = Type.Union([
  deletion('request', {
    request: Row,
    subjects: Type.Array(Row),
    records: Places,
    targets: Type.Array(
      Type.Object({ id: Id, model_id: Id, state: StringEnum(TARGET_STATES), records: Count }, strict),
    ),
    opendsr: Nullable(Row),
    suppressed_at: Nullable(Type.String()),
  }),
  deletion('checkpoint', { model_id: Id, digest: Digest }),
  deletion('model', { model_id: Id }),
  deletion('corpus', { corpus_id: Id }),
  deletion('tenant', {}),
  deletion('subject_key', { version: Type.Integer({ minimum: 1 }) }),
  deletion('probes', { key_id: Id }),
  deletion('text', { entry: DeletionEntry }),
  deletion('restriction', { restriction: Row, subjects: Type.Array(Row) }),
  deletion('api_key', { key_id: Id, at: Timestamp }),
]);
export type Deletion = Static<typeof Deletion>;
export type Deleted<What extends Deletion['what']> = Extract<Deletion, { what: What }>;

/** What entries of the ledger after `from` and up to `ledger.size` tell of. */
export const DeletionBatch = Type.Object(
  { from: Count, ledger: LedgerHead, made_at: Timestamp, deletions: Type.Array(Deletion) },
  strict,
);
export type DeletionBatch = Static<typeof DeletionBatch>;
