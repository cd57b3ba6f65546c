// Training records as they are uploaded and as they are kept.
import Type, { type Static } from 'typebox';

export const Identifier = Type.Object(
  {
    type: Type.String({
      pattern: '^[a-z][a-z0-9_]{0,39}$',
      description: 'Kind of identifier: email, phone, name, customer_id, ...',
    }),
    value: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'Raw value; hashed at the door and never stored' }),
    ),
    sha256: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'SHA-256 (lower-case hex) of the normalised value, hashed by the client',
      }),
    ),
  },
  { additionalProperties: false, description: 'Exactly one of value and sha256' },
);
export type Identifier = Static<typeof Identifier>;

/** One line of an NDJSON upload. `subjects` are hashed and stripped before anything is stored. */
export const UploadedRecord = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 200, description: 'Unique within the corpus; must not name a person' }),
    prompt: Type.String({ maxLength: 100_000, description: 'Context that is not trained on; may be empty' }),
    answer: Type.String({ minLength: 1, maxLength: 100_000, description: 'Text that the model learns' }),
    subjects: Type.Optional(Type.Array(Identifier, { maxItems: 100 })),
  },
  { additionalProperties: false },
);
export type UploadedRecord = Static<typeof UploadedRecord>;

/** One line of a stored corpus file: the training text without identifiers. */
export interface TrainingRecord {
  id: string;
  prompt: string;
  answer: string;
}

/** A record inside a run's set. `person` numbers the subjects of a run; -1 when the record has none. */
export interface SetRow {
  corpus_id: string;
  ordinal: number;
  person: number;
}

export const CorpusRole = Type.Union([Type.Literal('train'), Type.Literal('holdout')]);
export type CorpusRole = Static<typeof CorpusRole>;
