// A checkpoint is an immutable folder of weights, addressed by the digest of its manifest.
import Type, { type Static } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';

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

export const Checkpoint = Type.Object({
  digest: Digest,
  model_id: Id,
  parent_digest: Nullable(Digest),
  run_id: Nullable(Id),
  state: StringEnum(['active', 'retained', 'deleted'] as const, 'retained: kept for rollback until delete_after'),
  bytes: Type.Integer(),
  created_at: Timestamp,
  delete_after: Nullable(Timestamp),
});
export type Checkpoint = Static<typeof Checkpoint>;
