// What the ledger shows of itself: entries, signed checkpoints of its Merkle tree, and proofs against them.
import Type, { type Static } from 'typebox';
import { Timestamp } from './common.ts';

const Sequence = Type.Integer({ minimum: 1 });
const Hash = Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$', description: 'SHA-256, base64' });
const LedgerDigest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });

export const LedgerEntry = Type.Object({
  seq: Sequence,
  at: Timestamp,
  tenant: Type.String(),
  type: Type.String(),
  actor: Type.String(),
  data: Type.Unsafe<Record<string, unknown>>(
    Type.Object({}, { additionalProperties: true, description: 'Ids, states and digests only' }),
  ),
  previous_hash: LedgerDigest,
  hash: { ...LedgerDigest, description: 'SHA-256 over the RFC 8785 JSON of all the others' },
});

export const LedgerCheckpoint = Type.Object({
  origin: Type.String({ description: 'Name of the ledger, from the hash of its first entry' }),
  size: { ...Sequence, description: 'Entries that it covers' },
  root: { ...Hash, description: 'Root of their Merkle tree (RFC 9162), base64' },
  checkpoint: Type.String({ description: 'The signed note (C2SP tlog-checkpoint)' }),
  created_at: Timestamp,
});
export type LedgerCheckpoint = Static<typeof LedgerCheckpoint>;

export const InclusionProof = Type.Object(
  {
    entry: LedgerEntry,
    index: Type.Integer({ minimum: 0, description: 'Of the leaf: seq less one' }),
    size: Sequence,
    hashes: Type.Array(Hash, { description: 'From the sibling of the leaf to the child of the root' }),
    checkpoint: Type.String({ description: 'The signed note of that size' }),
  },
  { description: 'That an entry is among the first `size` of the ledger' },
);
export type InclusionProof = Static<typeof InclusionProof>;

export const ConsistencyProof = Type.Object(
  { from: Sequence, to: Sequence, hashes: Type.Array(Hash) },
  { description: 'That the ledger of `to` entries begins with that of `from`' },
);
export type ConsistencyProof = Static<typeof ConsistencyProof>;
