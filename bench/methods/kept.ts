// The rows that are committed: those of a new run take the place of their predecessors.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { methods } from '../../src/methods/index.ts';
import { FIRST } from '../../src/runs/plan/auto.ts';
import { methodsBenchmarksPage } from './page.ts';
import type { Rows } from './rows.ts';

const FILE = 'bench/methods/rows.json';

/** Committed rows; none before the first run. */
export async function keptRows(root: string): Promise<Rows> {
  const text = await readFile(join(root, FILE), 'utf8').catch(() => null);
  return text === null ? { settings: [], methods: [] } : (JSON.parse(text) as Rows);
}

const keyOf = (row: { data: string; seed: number; method?: string }) => `${row.data}/${row.seed}/${row.method ?? ''}`;

/** All rows, the new ones instead of the old; by data, method and seed. Rows of methods that there are no longer go. */
function merged<Row extends { data: string; seed: number; method?: string }>(old: Row[], fresh: Row[]): Row[] {
  const all = new Map([...old, ...fresh].map((row) => [keyOf(row), row]));
  return [...all.values()]
    .filter(({ method }) => method === undefined || Object.hasOwn(methods, method))
    .sort((a, b) => a.data.localeCompare(b.data) || (a.method ?? '').localeCompare(b.method ?? '') || a.seed - b.seed);
}

/** Writes rows and page. */
export async function writePage(root: string, found: Rows): Promise<void> {
  const old = await keptRows(root);
  const rows: Rows = {
    settings: merged(old.settings, found.settings),
    methods: merged(old.methods, found.methods),
  };
  await writeFile(join(root, FILE), `${JSON.stringify(rows, null, 1)}\n`);
  const page = methodsBenchmarksPage(rows, FIRST.name, new Date().toISOString().slice(0, 10));
  await writeFile(join(root, 'docs/methods-benchmarks.md'), page);
}
