// The sets of a run as its compute process reads them: JSON, a line for each retained record, so that it is written and read without
// ever holding what is retained.
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetsFile } from '../domain/compute.ts';
import type { SetRow } from '../domain/record.ts';
import { Reservoir } from '../domain/reservoir.ts';
import type { FillSets } from '../runs/ports.ts';
import { readRange, splitLines } from './lines.ts';

const START = '{"retain":[';

/** Writes `sets.json` into the folder, which has none; returns its path. */
export async function writeSets(folder: string, fill: FillSets): Promise<string> {
  const path = join(folder, 'sets.json');
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(START);
    let between = '\n';
    const rest: Omit<SetsFile, 'retain'> = await fill(async (rows) => {
      if (rows.length === 0) return;
      await file.writeFile(between + rows.map((row) => JSON.stringify(row)).join(',\n'));
      between = ',\n';
    });
    await file.writeFile(`\n],${JSON.stringify(rest).slice(1)}`);
  } finally {
    await file.close();
  }
  return path;
}

/** How much of what is retained is wanted: a uniform sample of so many records, by the seed. */
export interface RetainSample {
  most: number;
  seed: number;
}
export const ALL_RETAINED: RetainSample = { most: Number.POSITIVE_INFINITY, seed: 0 };

/** The sets of such a file, in their order. Memory: what comes back; JSON that is laid out otherwise is held as a whole. */
export async function readSets(path: string, { most, seed } = ALL_RETAINED): Promise<SetsFile> {
  const retained = new Reservoir<SetRow>(most, seed);
  const file = await open(path, 'r');
  try {
    let line = 0;
    for await (const bytes of splitLines(readRange(file))) {
      const text = bytes.toString('utf8');
      if (line++ === 0) {
        if (text === START) continue;
        const { retain, ...rest } = JSON.parse(await readFile(path, 'utf8')) as SetsFile;
        for (const row of retain) retained.add(row);
        return { ...rest, retain: retained.taken() };
      }
      if (text.startsWith(']')) return { ...JSON.parse(`{${text.slice(2)}`), retain: retained.taken() };
      if (text !== '') retained.add(JSON.parse(text.endsWith(',') ? text.slice(0, -1) : text) as SetRow);
    }
  } finally {
    await file.close();
  }
  throw new SyntaxError(`${path} ends before its sets do`);
}
