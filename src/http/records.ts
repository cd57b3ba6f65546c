// One line of an upload becomes a training record and what stands for the people in it.
import { type Line, malformed, readUploaded } from '../corpora/uploaded-record.ts';
import { type Identifier, type TrainingRecord, trainingRecordOf } from '../domain/record.ts';
import { usable } from './identifiers.ts';

/** Throws `malformed-line`; the identifiers end here as what `keyed` makes of them, one after the other. */
export function readRecord<Key>(
  line: Line,
  keyed: (identifier: Identifier) => Key,
): { record: TrainingRecord; people: Key[] } {
  const uploaded = readUploaded(line);
  const people = (uploaded.subjects ?? []).map((identifier, index) =>
    usable(identifier, keyed, (why) => malformed(line.number, `#/subjects/${index}`, why)),
  );
  return { record: trainingRecordOf(uploaded), people };
}
