// One line of an upload becomes a training record and the keys of the people in it.
import type { SubjectFinder } from '../corpora/find-subjects.ts';
import { type Line, malformed, readUploaded } from '../corpora/uploaded-record.ts';
import { type TrainingRecord, trainingRecordOf } from '../domain/record.ts';
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';
import { subjectKeysOf } from './identifiers.ts';
import { readByRules } from './records-by-rules.ts';

/** Throws `malformed-line`; the identifiers end here as keyed hashes. */
export function readRecord(
  line: Line,
  tenant: string,
  keys: Pick<SubjectKeys, 'keyFor'>,
  finder?: SubjectFinder,
): { record: TrainingRecord; subjects: SubjectKey[] } {
  if (finder !== undefined) return readByRules(line, tenant, keys, finder);
  const uploaded = readUploaded(line);
  const refuse = (index: number, why: string) => malformed(line.number, `#/subjects/${index}`, why);
  return { record: trainingRecordOf(uploaded), subjects: subjectKeysOf(keys, tenant, uploaded.subjects ?? [], refuse) };
}
