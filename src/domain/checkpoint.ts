// A checkpoint is an immutable folder of weights, addressed by the digest of its manifest.
import Type, { type Static } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';
import { VERDICTS } from './verification.ts';

export const ManifestFile = Type.Object({
  name: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});

/** manifest.json of a checkpoint folder; its canonical JSON (RFC 8785) is what the digest covers. */
export const CheckpointManifest = Type.Object({
  version: Type.Literal(1),
  architecture: Type.String(),
  parent: Nullable(Digest),
  run_id: Nullable(Id),
  files: Type.Array(ManifestFile),
});
export type CheckpointManifest = Static<typeof CheckpointManifest>;

export const LastVerification = Type.Object({
  verdict: StringEnum(VERDICTS),
  finished_at: Timestamp,
  verification_id: Nullable({
    ...Id,
    description: 'Of one that was asked for, or that the schedule had done; null: of a run',
  }),
  run_id: Nullable({ ...Id, description: 'The run that published the checkpoint; null: it was asked for' }),
  failing: Type.Integer({
    description:
      'Questions (a person, records, or everybody forgotten) whose last verification of this checkpoint failed',
  }),
});
export type LastVerification = Static<typeof LastVerification>;

export const Checkpoint = Type.Object({
  digest: Digest,
  model_id: Id,
  parent_digest: Nullable(Digest),
  run_id: Nullable(Id),
  state: StringEnum(
    ['active', 'candidate', 'retained', 'deleted'] as const,
    'candidate: from outside, to be verified, never in use; retained: kept for rollback until delete_after',
  ),
  bytes: Type.Integer({ description: 'Of its files, wherever they are stored' }),
  created_at: Timestamp,
  delete_after: Nullable(Timestamp),
  deleted_at: Nullable({ ...Timestamp, description: 'Since when its files are gone; the record stays' }),
  last_verification: Nullable({ ...LastVerification, description: 'Null: nobody has verified it' }),
});
export type Checkpoint = Static<typeof Checkpoint>;

/** What has become of the parent that a certificate says will be deleted. */
export const ParentNow = Type.Pick(Checkpoint, ['digest', 'state', 'delete_after', 'deleted_at'], {
  description: 'The checkpoint before as it is now; not part of what is signed',
});
export type ParentNow = Static<typeof ParentNow>;

/** What a checkpoint takes on disk now. */
export const Usage = Type.Object({
  own_bytes: Type.Integer({ description: 'On disk for this checkpoint alone: what retiring it would free' }),
  shared_bytes: Type.Integer({ description: 'On disk once for this and other checkpoints of the tenant' }),
});
export type Usage = Static<typeof Usage>;

export const StoredCheckpoint = Type.Object({ ...Checkpoint.properties, ...Usage.properties });
export type StoredCheckpoint = Static<typeof StoredCheckpoint>;
