// One line of an upload becomes a training record and the keys of the people in it.
import { Compile } from 'typebox/compile';
import { Identifier, type TrainingRecord, UploadedRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';
import { subjectKeysOf } from './identifiers.ts';
import type { Line } from './ndjson.ts';

const check = Compile(UploadedRecord);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Names the line and the field, never what stands there. */
function malformed(line: number, pointer: string, detail: string): ExpungeError {
  return new ExpungeError('malformed-line', `Line ${line}: ${pointer} ${detail}.`, {
    errors: [{ pointer, detail }],
    extra: { line },
  });
}

const FIELDS = new Set([...Object.keys(UploadedRecord.properties), ...Object.keys(Identifier.properties)]);

/** The validator points at an unknown field by its name, which is the client's: the pointer ends before it. */
function safePointer(path: string): { pointer: string; unknown: boolean } {
  const parts = path.split('/').slice(1);
  const end = parts.findIndex((part) => !FIELDS.has(part) && !/^\d+$/.test(part));
  const known = end === -1 ? parts : parts.slice(0, end);
  return { pointer: ['#', ...known].join('/'), unknown: end !== -1 };
}

function parse(line: Line): UploadedRecord {
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    throw malformed(line.number, '#', 'is not JSON');
  }
  if (check.Check(value)) return value;
  const [first] = check.Errors(value);
  const { pointer, unknown } = safePointer(first?.instancePath ?? '');
  if (unknown || first?.keyword === 'additionalProperties') {
    throw malformed(line.number, pointer, `holds an unknown field; known are: ${[...FIELDS].join(', ')}`);
  }
  if (first?.keyword === 'required') {
    const missing = (first.params as { requiredProperties?: string[] }).requiredProperties ?? [];
    throw malformed(line.number, pointer, `lacks ${missing.join(', ')}`);
  }
  throw malformed(line.number, pointer, first?.message ?? 'is not a record');
}

/** Throws `malformed-line`; the identifiers end here as keyed hashes. */
export function readRecord(
  line: Line,
  tenant: string,
  keys: SubjectKeys,
): { record: TrainingRecord; subjects: SubjectKey[] } {
  const { id, prompt, answer, subjects = [] } = parse(line);
  if (CONTROL.test(id)) throw malformed(line.number, '#/id', 'must not hold control characters');
  for (const [field, text] of Object.entries({ id, prompt, answer })) {
    // half a surrogate pair cannot be written as UTF-8: the file would not hold what was sent
    if (!text.isWellFormed()) throw malformed(line.number, `#/${field}`, 'holds half a surrogate pair');
  }
  const refuse = (index: number, why: string) => malformed(line.number, `#/subjects/${index}`, why);
  return { record: { id, prompt, answer }, subjects: subjectKeysOf(keys, tenant, subjects, refuse) };
}
