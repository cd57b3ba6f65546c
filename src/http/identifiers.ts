// Identifiers of people at the door: checked, turned into subject keys, and never passed on.
import Type from 'typebox';
import { mistyped } from '../corpora/subjects.ts';
import { Identifier } from '../domain/record.ts';
import { ExpungeError } from '../errors.ts';
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';

/** A person in a body. */
export const subjectSchema = (description: string) =>
  Type.Object(
    { identifiers: Type.Array(Identifier, { minItems: 1, maxItems: 20 }) },
    { additionalProperties: false, description },
  );

/** Sees a schema-conformant identifier that cannot be used; returns what to throw. */
export type Refuse = (index: number, why: string) => Error;

function checked<T>(identifier: Identifier, keyed: () => T, refuse: (why: string) => Error): T {
  if ((identifier.value === undefined) === (identifier.sha256 === undefined)) {
    throw refuse('must have exactly one of value and sha256');
  }
  try {
    return keyed();
  } catch (error) {
    if (error instanceof ExpungeError && error.code === 'validation-failed') {
      throw refuse('holds nothing to compare once it is normalised; send its real value');
    }
    throw error;
  }
}

/** Distinct subject keys of a person's identifiers, to be stored with records. Throws what `refuse` returns. */
export function subjectKeysOf(
  keys: Pick<SubjectKeys, 'keyFor'>,
  tenant: string,
  identifiers: Identifier[],
  refuse: Refuse,
): SubjectKey[] {
  if (identifiers.length === 0) return [];
  const distinct = new Map<string, SubjectKey>();
  for (const [index, identifier] of identifiers.entries()) {
    const keyed = () => keys.keyFor(tenant, identifier);
    const key = checked(identifier, keyed, (why) => refuse(index, why));
    distinct.set(key.key, key);
  }
  return [...distinct.values()];
}

const REMEDY = 'correct it, or send the sha256 of what the records have, normalised';

/** The same under every version of the key: what people are looked up by. `asRecorded`: values are those of records, whatever they look like. */
export function lookUpKeysOf(
  keys: Pick<SubjectKeys, 'keysFor'>,
  tenant: string,
  identifiers: Identifier[],
  refuse: Refuse,
  { asRecorded = false }: { asRecorded?: boolean } = {},
): SubjectKey[] {
  const distinct = new Map<string, SubjectKey>();
  for (const [index, identifier] of identifiers.entries()) {
    const keyed = () => keys.keysFor(tenant, identifier);
    for (const key of checked(identifier, keyed, (why) => refuse(index, why))) distinct.set(key.key, key);
    const wrong = asRecorded || identifier.value === undefined ? null : mistyped(identifier.type, identifier.value);
    if (wrong !== null) throw refuse(index, `${wrong}; ${REMEDY}`);
  }
  return [...distinct.values()];
}
