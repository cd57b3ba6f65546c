// Counts what rules find. Whom they find is a key as soon as it is found.
import { setImmediate } from 'node:timers/promises';
import type { SubjectFinder } from '../corpora/find-subjects.ts';
import { rememberKeys } from './key-cache.ts';
import { refuseLong } from './ndjson.ts';
import { keyOfFound, searchLine } from './records-by-rules.ts';
import type { AppDeps } from './types.ts';

/** Keys of people who stand in a text again and again. */
const REMEMBERED = 10_000;

interface Count {
  rule: string;
  matches: number;
  records: number;
  subjects: number;
}
export interface RulePreview {
  records: number;
  records_with_subjects: number;
  subjects: number;
  rules: Count[];
}

interface Bounds {
  /** Lines that are looked at, from the first. */
  most: number;
  /** Of one line. */
  lineBytes: number;
  /** Whether nobody waits for the answer any more. */
  gone: () => boolean;
}

/**
 * Other calls come to their turn between two lines. Throws `malformed-line` for one that is no record, and `record-too-large`.
 */
export async function previewRules(
  { subjectKeys }: Pick<AppDeps, 'subjectKeys'>,
  tenant: string,
  finder: SubjectFinder,
  lines: Iterable<unknown> | AsyncIterable<unknown>,
  { most, lineBytes, gone }: Bounds,
): Promise<RulePreview> {
  const byRule = new Map(finder.rules.map((rule) => [rule, { matches: 0, records: 0, keys: new Set<string>() }]));
  const all = new Set<string>();
  const remembered = rememberKeys(subjectKeys, REMEMBERED);
  let [records, records_with_subjects] = [0, 0];
  for await (const line of lines) {
    if (records === most || gone()) break;
    records++;
    const text = JSON.stringify(line);
    refuseLong(records, Buffer.byteLength(text), lineBytes);
    const { found } = searchLine({ number: records, text }, finder);
    const hit = new Set<string>();
    for (const one of found) {
      const key = keyOfFound(remembered, tenant, one)?.key;
      if (key === undefined) continue;
      const count = byRule.get(one.rule)!;
      count.matches++;
      count.keys.add(key);
      all.add(key);
      hit.add(one.rule);
    }
    if (hit.size > 0) records_with_subjects++;
    for (const rule of hit) byRule.get(rule)!.records++;
    await setImmediate();
  }
  const rules = [...byRule].map(([rule, { keys, ...count }]) => ({ rule, ...count, subjects: keys.size }));
  return { records, records_with_subjects, subjects: all.size, rules };
}
