// Who has got weights from here (Art. 19 GDPR), and what a serving system is told of an alias.
import Type, { type Static } from 'typebox';
import { ManifestFile } from './checkpoint.ts';
import { Digest, Id, Nullable, Timestamp } from './common.ts';

export const Recipient = Type.Object({
  recipient: Type.String({ description: 'The actor that asked for the files' }),
  files: Type.Array(Type.String(), { description: 'Names of files that it got something of' }),
  pulls: Type.Integer({ description: 'Answers with bytes of a file' }),
  bytes: Type.Integer({ description: 'Of these answers together, at most' }),
  first_pulled_at: Timestamp,
  last_pulled_at: Timestamp,
  told_at: Nullable({
    ...Timestamp,
    description:
      'When it heard that the checkpoint is not in use any more; null: it is in use, or nobody has told it yet',
  }),
});
export type Recipient = Static<typeof Recipient>;

/**
 * How a recipient heard that a checkpoint was replaced: it asked again, it was refused, somebody says to have told it, or its own endpoint
 * took the message.
 */
export type Telling = 'alias' | 'refusal' | 'notice' | 'webhook';

export const AliasTarget = Type.Object({
  model_id: Id,
  alias: Type.Literal('active'),
  checkpoint: Digest,
  architecture: Type.String(),
  files: Type.Array(
    Type.Object({ ...ManifestFile.properties, url: Type.String({ description: 'Where GET gives its bytes' }) }),
  ),
});
export type AliasTarget = Static<typeof AliasTarget>;
