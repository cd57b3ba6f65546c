// Uploads and people who must not be trained on again: refused, left out or kept, as whoever uploads says.
import Type from 'typebox';
import { StringEnum } from '../domain/common.ts';
import { Corpus } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';

export const OnSuppressed = StringEnum(
  ['refuse', 'skip', 'keep'] as const,
  'What becomes of records that name somebody of the suppression list. refuse: nothing of the upload is kept; skip: these records are left out; keep: they are taken in, and counted',
  'refuse',
);
export type OnSuppressed = Type.Static<typeof OnSuppressed>;

/** The answer to an upload. */
export const FilledCorpus = Type.Object({
  ...Corpus.properties,
  suppressed: Type.Integer({ description: 'Records of this upload that name somebody of the suppression list' }),
  skipped: Type.Integer({ description: 'Those of them that were left out' }),
});
export type FilledCorpus = Type.Static<typeof FilledCorpus>;

export function suppressedUpload(records: number): ExpungeError {
  const detail = `${records} records of the upload name somebody who was deleted.`;
  return new ExpungeError('suppressed-subjects', detail, { extra: { suppressed: records } });
}
