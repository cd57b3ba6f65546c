// Identifiers of people at the door: checked, turned into subject keys, and never passed on.
import Type from 'typebox';
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

/** What `keyed` makes of an identifier; what `refuse` returns is thrown for one that cannot be used. */
export function usable<Key>(
  identifier: Identifier,
  keyed: (identifier: Identifier) => Key,
  refuse: (why: string) => Error,
): Key {
  if ((identifier.value === undefined) === (identifier.sha256 === undefined)) {
    throw refuse('must have exactly one of value and sha256');
  }
  try {
    return keyed(identifier);
  } catch (error) {
    if (error instanceof ExpungeError && error.code === 'validation-failed') {
      throw refuse('holds nothing to compare once it is normalised; send its real value');
    }
    throw error;
  }
}

/** Distinct subject keys of a person's identifiers. Throws what `refuse` returns. */
export function subjectKeysOf(
  keys: Pick<SubjectKeys, 'keyFor'>,
  tenant: string,
  identifiers: Identifier[],
  refuse: Refuse,
): SubjectKey[] {
  const distinct = new Map<string, SubjectKey>();
  for (const [index, identifier] of identifiers.entries()) {
    const keyed = (one: Identifier) => keys.keyFor(tenant, one);
    const key = usable(identifier, keyed, (why) => refuse(index, why));
    distinct.set(key.key, key);
  }
  return [...distinct.values()];
}
