// One line of an upload, held against the schema. An error names the line and the field, never what stands there.
import { Compile } from 'typebox/compile';
import { type ConversationRecord, FORMS, Identifier, Message, type UploadedRecord } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';

/** A line with its number, from 1. */
export interface Line {
  number: number;
  text: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Text that came as UTF-8 holds whole pairs; an escape may hold half of one. */
const SURROGATE = /\\u[dD]/;

/** Names the line and the field, never what stands there. */
export function malformed(line: number, pointer: string, detail: string): ExpungeError {
  return new ExpungeError('malformed-line', `Line ${line}: ${pointer} ${detail}.`, {
    errors: [{ pointer, detail }],
    extra: { line },
  });
}

const checks = new Map(Object.entries(FORMS).map(([name, schema]) => [name, Compile(schema)]));
const NAMES = Object.keys(FORMS);
const FIELDS = new Set(
  [...Object.values(FORMS), Message, Identifier].flatMap((schema) => Object.keys(schema.properties)),
);
/** What stands below it may be named by the client. */
const OPEN = new Set(['input']);

/** The validator points at an unknown field by its name, which is the client's: the pointer ends before it. */
function safePointer(path: string, members: readonly string[]): { pointer: string; unknown: boolean } {
  const parts = path.split('/').slice(1);
  if (parts[0] !== undefined && !members.includes(parts[0])) return { pointer: '#', unknown: true };
  if (OPEN.has(parts[0] ?? '')) return { pointer: `#/${parts[0]}`, unknown: false };
  const end = parts.findIndex((part) => !FIELDS.has(part) && !/^\d+$/.test(part));
  const known = end === -1 ? parts : parts.slice(0, end);
  return { pointer: ['#', ...known].join('/'), unknown: end !== -1 };
}

/** The form that the members of a line tell. */
function formOf(value: unknown, line: number): string {
  const members = typeof value === 'object' && value !== null ? value : {};
  let form: string | undefined;
  for (const name of NAMES) {
    if (!Object.hasOwn(members, name)) continue;
    if (form !== undefined) throw malformed(line, '#', `holds both ${form} and ${name}: a record has one of them`);
    form = name;
  }
  if (form !== undefined) return form;
  throw malformed(line, '#', 'is none of: prompt and answer, prompt and completion, text, messages, input and label');
}

/** Sees a line as it came, and may take members away that no record has. */
export type Take = (value: unknown) => void;

function parse(line: Line, take?: Take): UploadedRecord {
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    throw malformed(line.number, '#', 'is not JSON');
  }
  take?.(value);
  const form = formOf(value, line.number);
  const check = checks.get(form)!;
  if (check.Check(value)) return value as UploadedRecord;
  const [first] = check.Errors(value);
  const members = Object.keys(FORMS[form as keyof typeof FORMS].properties);
  const { pointer, unknown } = safePointer(first?.instancePath ?? '', members);
  if (unknown || first?.keyword === 'additionalProperties') {
    const known = pointer === '#' ? `; a record with ${form} has: ${members.join(', ')}` : '';
    throw malformed(line.number, pointer, `holds an unknown field${known}`);
  }
  if (first?.keyword === 'required') {
    const missing = (first.params as { requiredProperties?: string[] }).requiredProperties ?? [];
    throw malformed(line.number, pointer, `lacks ${missing.join(', ')}`);
  }
  if (pointer === '#/input') throw malformed(line.number, pointer, 'must be text, numbers, or named values');
  throw malformed(line.number, pointer, first?.message ?? 'is not a record');
}

/** Every text with the pointer to it. */
function* pointedTexts(value: unknown, pointer: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [pointer, value];
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* pointedTexts(item, `${pointer}/${i}`);
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      const below = OPEN.has(pointer.slice(2)) ? pointer : `${pointer}/${name}`;
      if (below === pointer) yield [pointer, name];
      yield* pointedTexts(member, below);
    }
}

/** Half a surrogate pair cannot be written as UTF-8: the file would not hold what was sent, and two people would be one. */
function checkPairs(uploaded: UploadedRecord, line: number): void {
  for (const [pointer, text] of pointedTexts(uploaded, '#'))
    if (!text.isWellFormed()) throw malformed(line, pointer, 'holds half a surrogate pair');
}

/** A conversation teaches what the assistant says: it has to say something, each time. */
function checkTurns({ messages }: ConversationRecord, line: number): void {
  const empty = messages.findIndex(({ role, content }) => role === 'assistant' && content.trim() === '');
  if (empty !== -1)
    throw malformed(line, `#/messages/${empty}/content`, 'is empty: the assistant has to say something');
  if (!messages.some(({ role }) => role === 'assistant'))
    throw malformed(line, '#/messages', 'holds nothing that the assistant says: there is nothing to learn');
}

/** Throws `malformed-line`. */
export function readUploaded(line: Line, take?: Take): UploadedRecord {
  const uploaded = parse(line, take);
  if (CONTROL.test(uploaded.id)) throw malformed(line.number, '#/id', 'must not hold control characters');
  if (SURROGATE.test(line.text)) checkPairs(uploaded, line.number);
  if ('messages' in uploaded) checkTurns(uploaded, line.number);
  return uploaded;
}
