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

const text = (description: string, minLength = 0) => Type.String({ minLength, maxLength: 100_000, description });
const closed = { additionalProperties: false } as const;
const PROMPT = text('Context that is not trained on; may be empty');
const ABOUT = {
  id: Type.String({ minLength: 1, maxLength: 200, description: 'Unique within the corpus; must not name a person' }),
  subjects: Type.Optional(Type.Array(Identifier, { maxItems: 100, description: 'Everybody whom the record is about' })),
};

export const Message = Type.Object(
  {
    role: Type.Union([Type.Literal('system'), Type.Literal('user'), Type.Literal('assistant'), Type.Literal('tool')]),
    content: text('What is said'),
  },
  closed,
);
export type Message = Static<typeof Message>;

const numbers = Type.Array(Type.Number(), { maxItems: 100_000 });
const Input = Type.Union(
  [
    text('Text'),
    numbers,
    Type.Array(numbers, { maxItems: 10_000 }),
    Type.Array(Type.Array(numbers, { maxItems: 10_000 }), { maxItems: 10_000 }),
    Type.Record(
      Type.String({ maxLength: 200 }),
      Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]),
    ),
  ],
  { description: 'What a classifier sees: text, numbers up to three deep (an image), or named values (a table’s row)' },
);

/** What a line of an upload may hold beside `id` and `subjects`, by the member that tells the form. */
export const FORMS = {
  answer: Type.Object({ ...ABOUT, prompt: PROMPT, answer: text('Text that the model learns', 1) }, closed),
  completion: Type.Object({ ...ABOUT, prompt: PROMPT, completion: text('Another name for `answer`', 1) }, closed),
  text: Type.Object({ ...ABOUT, text: text('Plain text; the model learns every token of it', 1) }, closed),
  messages: Type.Object(
    {
      ...ABOUT,
      messages: Type.Array(Message, {
        minItems: 1,
        maxItems: 1000,
        description:
          'A conversation, written by the checkpoint’s chat template; the model learns what the assistant says',
      }),
    },
    closed,
  ),
  input: Type.Object(
    {
      ...ABOUT,
      input: Input,
      label: Type.Union([Type.Integer(), Type.String({ minLength: 1, maxLength: 200 })], {
        description: 'Class that a classifier learns for the input: its number or its name',
      }),
    },
    closed,
  ),
} as const;

/** One line of an NDJSON upload. `subjects` are hashed and stripped before anything is stored. */
export const UploadedRecord = Type.Union([FORMS.answer, FORMS.completion, FORMS.text, FORMS.messages, FORMS.input], {
  description: 'One of five forms, told apart by their members. Several people may stand in one record.',
});
export type UploadedRecord = Static<typeof UploadedRecord>;
export type UploadedAnswer = Static<typeof FORMS.answer>;

export interface AnswerRecord {
  id: string;
  prompt: string;
  answer: string;
}
export interface PlainRecord {
  id: string;
  text: string;
}
export interface ConversationRecord {
  id: string;
  messages: Message[];
}
export interface LabelledRecord {
  id: string;
  input: Static<typeof Input>;
  label: number | string;
}
/** A record that a language model can learn. */
export type LanguageRecord = AnswerRecord | PlainRecord | ConversationRecord;
/** One line of a stored corpus file: what is trained on, without identifiers. A completion is stored as an answer. */
export type TrainingRecord = LanguageRecord | LabelledRecord;

/** The stored form: members in this order, nothing else. */
export function trainingRecordOf(record: UploadedRecord | TrainingRecord): TrainingRecord {
  const { id } = record;
  if ('answer' in record) return { id, prompt: record.prompt, answer: record.answer };
  if ('completion' in record) return { id, prompt: record.prompt, answer: record.completion };
  if ('text' in record) return { id, text: record.text };
  if ('messages' in record) return { id, messages: record.messages.map(({ role, content }) => ({ role, content })) };
  return { id, input: record.input, label: record.label };
}

/** All text of a record that a language model sees, piece by piece, with the member that holds it. */
export function fieldsOf(record: LanguageRecord): [field: string, text: string][] {
  if ('text' in record) return [['text', record.text]];
  if ('messages' in record) return record.messages.map(({ content }, i) => [`messages/${i}/content`, content]);
  return [
    ['prompt', record.prompt],
    ['answer', record.answer],
  ];
}

/** A record inside a run's set. `person` numbers the subjects of a run; -1 when the record has none. */
export interface SetRow {
  corpus_id: string;
  ordinal: number;
  person: number;
}

export const CorpusRole = Type.Union([Type.Literal('train'), Type.Literal('holdout'), Type.Literal('world')]);
export type CorpusRole = Static<typeof CorpusRole>;
