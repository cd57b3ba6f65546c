// Subject keys of identifiers that were met a moment ago: the records of an upload name the same people again and again.
import { TextCache } from '../corpora/text-cache.ts';
import type { SubjectKeys } from '../runs/ports.ts';

/** 20 MB, for the time of one upload. */
const MOST = 100_000;
const BYTES = 192;

/** The same keys; about as many as `most` are remembered, those used last. */
export function rememberKeys({ keyFor }: Pick<SubjectKeys, 'keyFor'>, most = MOST): Pick<SubjectKeys, 'keyFor'> {
  const known = new TextCache(most, BYTES);
  return {
    keyFor(tenant, identifier) {
      const { type, value, sha256 } = identifier;
      const name = `${tenant}\0${type}\0${value === undefined ? `#${sha256}` : `=${value}`}`;
      const found = known.get(name)?.split('\t');
      if (found !== undefined) {
        const [key_version, normaliser_version, key] = found as [string, string, string];
        return { key, type, key_version: Number(key_version), normaliser_version: Number(normaliser_version) };
      }
      const fresh = keyFor(tenant, identifier);
      known.set(name, `${fresh.key_version}\t${fresh.normaliser_version}\t${fresh.key}`);
      return fresh;
    },
  };
}
