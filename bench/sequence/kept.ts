// Results that are committed: those of a new run take the place of their predecessors, by data, seed and variant.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SequenceResult, sequenceBenchmarksPage } from './page.ts';

const FILE = 'bench/sequence/results.json';

const same = (a: SequenceResult, b: SequenceResult) => a.data === b.data && a.seed === b.seed;

function merged(old: readonly SequenceResult[], fresh: readonly SequenceResult[]): SequenceResult[] {
  const kept = old.map((one) => {
    const now = fresh.find((other) => same(one, other));
    if (now === undefined) return one;
    const names = new Set(now.walked.map(({ variant }) => variant.name));
    return { ...now, walked: [...one.walked.filter(({ variant }) => !names.has(variant.name)), ...now.walked] };
  });
  return [...kept, ...fresh.filter((one) => !old.some((other) => same(one, other)))];
}

/** Writes results and page. */
export async function writePage(root: string, found: readonly SequenceResult[]): Promise<void> {
  const text = await readFile(join(root, FILE), 'utf8').catch(() => '[]');
  const results = merged(JSON.parse(text) as SequenceResult[], found);
  await writeFile(join(root, FILE), `${JSON.stringify(results, null, 1)}\n`);
  const page = sequenceBenchmarksPage(results, new Date().toISOString().slice(0, 10));
  await writeFile(join(root, 'docs/sequence-benchmarks.md'), page);
}
