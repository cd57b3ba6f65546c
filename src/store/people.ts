// Who is the same person: identifiers are known only as keys, so people are found by how keys appear together.

/** One record, or one request: the keys that it names, with their types. */
export interface Named {
  keys: readonly string[];
  types: readonly string[];
}

export interface People {
  /** A stable representative of the key's person; two keys of one person give the same. */
  of(key: string): string;
  /** These keys belong to one person. */
  join(keys: readonly string[]): void;
}

/**
 * Groups keys into people. Identifiers of different types on one record (an email and a name) are taken as one
 * person's; as soon as a type stands there twice, the record names several people and joins nothing.
 */
export function groupPeople(records: Iterable<Named>): People {
  const parent = new Map<string, string>();
  const of = (key: string): string => {
    let root = key;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    // path compression
    for (let at = key; at !== root; ) {
      const up = parent.get(at)!;
      parent.set(at, root);
      at = up;
    }
    return root;
  };
  const join = (keys: readonly string[]) => {
    for (const key of keys.slice(1)) {
      const [a, b] = [of(keys[0]!), of(key)];
      if (a !== b) parent.set(b, a);
    }
  };
  for (const { keys, types } of records) {
    if (new Set(types).size === types.length) join(keys);
  }
  return { of, join };
}

/** Number of people that the records name. */
export function countPeople(records: readonly Named[]): number {
  const people = groupPeople(records);
  const roots = new Set<string>();
  for (const { keys } of records) for (const key of keys) roots.add(people.of(key));
  return roots.size;
}
