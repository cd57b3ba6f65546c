// What was erased from corpora, so that a copy of them, put back from a backup, can be erased again. Numbers and keyed digests: no text.
import Type, { type Static } from 'typebox';
import { Id, Nullable, Timestamp } from './common.ts';

export const DeletedRecord = Type.Object(
  {
    ordinal: Type.Integer({ minimum: 0, description: 'Line in the corpus file, from 0' }),
    digest: Nullable(
      Type.String({
        description:
          'Keyed digest of the stored line (HMAC-SHA-256 under the key of the installation), so that what is put back is known to be what was erased; null: it was gone before it could be read',
      }),
    ),
  },
  { additionalProperties: false },
);
export type DeletedRecord = Static<typeof DeletedRecord>;

/** An entry of the list of deletions. Whoever applies one twice has done no harm. */
export const DeletionEntry = Type.Object(
  {
    version: Type.Literal(1),
    tenant: Type.String(),
    corpus_id: Id,
    deletion_request_id: Id,
    erased_at: Timestamp,
    records: Type.Array(DeletedRecord, { minItems: 1 }),
  },
  { additionalProperties: false, description: 'Records of one corpus that were erased for one deletion request' },
);
export type DeletionEntry = Static<typeof DeletionEntry>;
