// Subject keys of identifiers that were met a moment ago: the records of an upload name the same people again and again.
import type { SubjectKey, SubjectKeys } from '../runs/ports.ts';

/** Some 30 MB at most, and for the time of one upload. */
const MOST = 100_000;

/** The same keys; as many as `most` are remembered, those used last. */
export function rememberKeys({ keyFor }: Pick<SubjectKeys, 'keyFor'>, most = MOST): Pick<SubjectKeys, 'keyFor'> {
  let recent = new Map<string, SubjectKey>();
  let older = new Map<string, SubjectKey>();
  return {
    keyFor(tenant, identifier) {
      const { type, value, sha256 } = identifier;
      const name = `${tenant}\0${type}\0${value === undefined ? `#${sha256}` : `=${value}`}`;
      const known = recent.get(name);
      if (known !== undefined) return known;
      const key = older.get(name) ?? keyFor(tenant, identifier);
      if (recent.size >= most / 2) [older, recent] = [recent, new Map()];
      recent.set(name, key);
      return key;
    },
  };
}
