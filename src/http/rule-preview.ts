// Counts what rules find. Whom they find is a key as soon as it is found.
import type { SubjectFinder } from '../corpora/find-subjects.ts';
import { keyOfFound, searchLine } from './records-by-rules.ts';
import type { AppDeps } from './types.ts';

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

/** Of the first `most` lines. Throws `malformed-line` for one that is no record. */
export async function previewRules(
  { subjectKeys }: Pick<AppDeps, 'subjectKeys'>,
  tenant: string,
  finder: SubjectFinder,
  lines: Iterable<unknown> | AsyncIterable<unknown>,
  most = Number.POSITIVE_INFINITY,
): Promise<RulePreview> {
  const byRule = new Map(finder.rules.map((rule) => [rule, { matches: 0, records: 0, keys: new Set<string>() }]));
  const all = new Set<string>();
  let [records, records_with_subjects] = [0, 0];
  for await (const line of lines) {
    if (records === most) break;
    records++;
    const { found } = searchLine({ number: records, text: JSON.stringify(line) }, finder);
    const hit = new Set<string>();
    for (const one of found) {
      const key = keyOfFound(subjectKeys, tenant, one)?.key;
      if (key === undefined) continue;
      const count = byRule.get(one.rule)!;
      count.matches++;
      count.keys.add(key);
      all.add(key);
      hit.add(one.rule);
    }
    if (hit.size > 0) records_with_subjects++;
    for (const rule of hit) byRule.get(rule)!.records++;
  }
  const rules = [...byRule].map(([rule, { keys, ...count }]) => ({ rule, ...count, subjects: keys.size }));
  return { records, records_with_subjects, subjects: all.size, rules };
}
