// The sets of a run as its compute process reads them: JSON, written without ever holding what is retained.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetsFile } from '../domain/compute.ts';
import type { FillSets } from '../runs/ports.ts';

/** Writes `sets.json` into the folder, which has none; returns its path. */
export async function writeSets(folder: string, fill: FillSets): Promise<string> {
  const path = join(folder, 'sets.json');
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile('{"retain":[');
    let between = '';
    const rest: Omit<SetsFile, 'retain'> = await fill(async (rows) => {
      if (rows.length === 0) return;
      await file.writeFile(between + rows.map((row) => JSON.stringify(row)).join(','));
      between = ',';
    });
    await file.writeFile(`],${JSON.stringify(rest).slice(1)}`);
  } finally {
    await file.close();
  }
  return path;
}
