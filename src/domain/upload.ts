// A checkpoint on its way in: a set of files, each sent in as many pieces as it takes.
import Type, { type Static } from 'typebox';
import { Id, Timestamp } from './common.ts';

export const UploadFile = Type.Object({
  name: Type.String(),
  bytes: Type.Integer({ description: 'What the file has when it is complete' }),
});
export type UploadFile = Static<typeof UploadFile>;

/** As the store knows it: how much of a file has arrived is known to its folder alone. */
export interface Upload {
  id: string;
  created_at: string;
  expires_at: string;
  files: UploadFile[];
}

/** As a client sees it. */
export const UploadResource = Type.Object({
  id: Id,
  created_at: Timestamp,
  expires_at: { ...Timestamp, description: 'When it is dropped; every piece that arrives puts that off' },
  files: Type.Array(
    Type.Object({
      ...UploadFile.properties,
      received: Type.Integer({ description: 'Bytes that have arrived: where the next piece begins' }),
      url: Type.String({ description: 'Where its pieces are sent to, as tus 1.0.0 has it' }),
    }),
  ),
});
export type UploadResource = Static<typeof UploadResource>;
