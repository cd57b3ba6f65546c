// Factors of EK-FAC on disk, a file for a checkpoint and what they were measured on. They are made again where they are missing,
// and, since they hold traces of training records, go when their checkpoint goes or the text of one of these records.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostTensors } from '../domain/engine.ts';
import type { DestroyedRecords, FactorFiles } from '../runs/ports.ts';
import { hasCode } from './disk.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const ENDING = '.safetensors';
const PART = /\.\d+\.part$/;
/** Writing takes minutes at most; a part this old belongs to a process that died. */
const STALE_MS = 6 * 3_600_000;

/** Null where there are none yet, or where the file cannot be read. */
export async function loadFactors(path: string): Promise<HostTensors | null> {
  try {
    return await readSafetensors(path);
  } catch {
    return null;
  }
}

/** Whole or not at all; the last of several writers wins, and all write the same. Nothing where they are swept while they are written. */
export async function saveFactors(path: string, factors: HostTensors): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeSafetensors(part, factors);
    await rename(part, path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    await rm(part, { force: true });
    throw error;
  }
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

const shortHash = (of: unknown): string => createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16);
const stateOf = ({ model_id, destroyed }: DestroyedRecords): string => shortHash([model_id, destroyed]);

export const createFactorFiles = (dir: string): FactorFiles => ({
  path: (digest, then, of) => join(dir, `${digest.replace(':', '-')}-${stateOf(then)}-${shortHash(of)}${ENDING}`),

  async sweep(keepers) {
    let swept = 0;
    for (const name of await namesIn(dir)) {
      const [, hex, state] = /^sha256-([0-9a-f]{64})-(?:([0-9a-f]{16})-)?/.exec(name) ?? [];
      if (hex === undefined) continue;
      const path = join(dir, name);
      const about = PART.test(name) ? await stat(path).catch(() => null) : null;
      const stale = about !== null && Date.now() - about.mtimeMs > STALE_MS;
      if (!stale && (await keepers(`sha256:${hex}`)).some((one) => stateOf(one) === state)) continue;
      await rm(path, { force: true });
      swept++;
    }
    return swept;
  },
});
