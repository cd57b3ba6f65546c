// A line of a corpus that has rules: whom its `subjects` name, and whom the rules find.
import { CannotTell, type FoundSubject, type SubjectFinder } from '../corpora/find-subjects.ts';
import { LostDigits } from '../corpora/pointer.ts';
import { type Line, malformed, readUploaded } from '../corpora/uploaded-record.ts';
import { FORMS, type TrainingRecord, trainingRecordOf, type UploadedRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';
import { subjectKeysOf } from './identifiers.ts';

const OF_RECORDS = new Set(Object.values(FORMS).flatMap((form) => Object.keys(form.properties)));

/** What a finder cannot tell of a line is wrong with the line. */
function searching(line: number, search: () => FoundSubject[]): FoundSubject[] {
  try {
    return search();
  } catch (error) {
    if (error instanceof LostDigits || error instanceof CannotTell)
      throw malformed(line, `#${error.pointer}`, error.message);
    throw error;
  }
}

/** The record, and what rules found in its line, as often as it stands there. Throws `malformed-line`. */
export function searchLine(line: Line, finder: SubjectFinder): { uploaded: UploadedRecord; found: FoundSubject[] } {
  let pointed: FoundSubject[] = [];
  const uploaded = readUploaded(line, (value) => {
    pointed = searching(line.number, () => finder.inLine(value));
    if (typeof value !== 'object' || value === null) return;
    for (const name of finder.members) if (!OF_RECORDS.has(name)) Reflect.deleteProperty(value, name);
  });
  const inTexts = searching(line.number, () => finder.inRecord(trainingRecordOf(uploaded)));
  return { uploaded, found: [...pointed, ...inTexts] };
}

/** Null for what cannot be normalised: it stands where an identifier should, and is none. */
export function keyOfFound(
  keys: Pick<SubjectKeys, 'keyFor'>,
  tenant: string,
  { identifier }: FoundSubject,
): SubjectKey | null {
  try {
    return keys.keyFor(tenant, identifier);
  } catch (error) {
    if (error instanceof ExpungeError && error.code === 'validation-failed') return null;
    throw error;
  }
}

/** Throws `malformed-line`; identifiers end here as keyed hashes. */
export function readByRules(
  line: Line,
  tenant: string,
  keys: Pick<SubjectKeys, 'keyFor'>,
  finder: SubjectFinder,
): { record: TrainingRecord; subjects: SubjectKey[] } {
  const { uploaded, found } = searchLine(line, finder);
  const refuse = (index: number, why: string) => malformed(line.number, `#/subjects/${index}`, why);
  const subjects = new Map(
    subjectKeysOf(keys, tenant, uploaded.subjects ?? [], refuse).map((subject) => [subject.key, subject]),
  );
  const met = new Set<string>();
  for (const one of found) {
    const name = `${one.identifier.type} ${one.identifier.value}`;
    if (met.has(name)) continue;
    met.add(name);
    const key = keyOfFound(keys, tenant, one);
    if (key !== null) subjects.set(key.key, key);
  }
  return { record: trainingRecordOf(uploaded), subjects: [...subjects.values()] };
}
