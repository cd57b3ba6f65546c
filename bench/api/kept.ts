// Results that are committed: a part that is measured anew takes the place of its predecessor, the other one stays.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiResult, apiPage } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILE = join(ROOT, 'bench/api/results.json');

/** Writes results and page. Throws while one of the parts has never been measured. */
export async function writePage(found: Partial<ApiResult>): Promise<void> {
  const kept = JSON.parse(await readFile(FILE, 'utf8').catch(() => '{}')) as Partial<ApiResult>;
  const { load, sizes } = { ...kept, ...found };
  if (!load || !sizes) throw new Error('--page needs both parts: leave --only out');
  await writeFile(FILE, `${JSON.stringify({ load, sizes }, null, 2)}\n`);
  await writeFile(join(ROOT, 'docs/api-benchmarks.md'), apiPage({ load, sizes }));
}
