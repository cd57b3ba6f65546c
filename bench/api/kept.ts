// Results that are committed: a part that is measured anew takes the place of its predecessor, the other one stays.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiResult, apiPage } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILE = join(ROOT, 'bench/api/results.json');

/** What was measured before; nothing of what never was. */
export const readKept = async (): Promise<Partial<ApiResult>> =>
  JSON.parse(await readFile(FILE, 'utf8').catch(() => '{}'));

/** Writes results and page. */
export async function writePage(result: ApiResult): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(join(ROOT, 'docs/api-benchmarks.md'), apiPage(result));
}
