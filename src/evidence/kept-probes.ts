// Kept probes on disk: `<run>.<key>.sealed`, of a request on a model. The name hangs on the key, so that a worker that lost its run and
// wakes up late writes beside what its successor published, never over it.
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, sync } from '../checkpoints/disk.ts';
import { storageError } from '../checkpoints/storage-errors.ts';
import type { KeptProbes, ProbeFile, ProbePlace } from '../domain/kept-probes.ts';
import { ExpungeError } from '../errors.ts';
import type { ProbeVault, SubjectKeys } from '../runs/ports.ts';
import { handOver } from './handed-over.ts';
import { createVault } from './vault.ts';

const KEPT = { files: 'what is kept of the forgotten', folder: 'what is kept of the forgotten' };
/** Places that the store is asked about at a time. */
const AT_ONCE = 1000;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Parts of a file that a killed process left count as files. */
const NAME = new RegExp(`^(${UUID})\\.(${UUID})\\.sealed(?:\\.part)?$`);

const aboutOf = ({ request_id, model_id }: ProbePlace) => ['probes', request_id, model_id];

const pathIn = (dir: string, { run_id, key_id }: ProbeFile) => join(dir, `${run_id}.${key_id}.sealed`);

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Lies beside the files from the first on. */
const MARK = '.kept-probes';

export const NOT_MOUNTED = `PROBE_DIR holds nothing of what is kept, nor its mark ${MARK}: is its disk mounted? If it is lost for good, make an empty file of that name there.`;

/** False where it is an empty folder, or none: where something is kept, that is another one. */
export const holdsProbes = async (dir: string): Promise<boolean> =>
  (await namesIn(dir)).some((name) => name === MARK || NAME.test(name));

/** Bytes of one sealed file; 0 where it is gone. */
export async function sealedBytes(dir: string, { run_id, key_id }: ProbeFile): Promise<number> {
  try {
    return (await stat(pathIn(dir, { run_id, key_id }))).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** Sealed files under `dir` (made with mode 0700); `installation` wraps their keys. */
export function createProbeVault(dir: string, installation: Pick<SubjectKeys, 'seal' | 'open'>): ProbeVault {
  const vault = createVault(installation);
  const path = (place: ProbeFile) => pathIn(dir, place);
  const remove = (place: ProbeFile) => rm(path(place), { force: true });
  return {
    async keep(place, probes) {
      const { wrapped_key, sealed } = vault.seal(aboutOf(place), Buffer.from(JSON.stringify(probes)));
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        if (!(await holdsProbes(dir))) await writeWhole(join(dir, MARK), Buffer.alloc(0));
        await writeWhole(path(place), sealed);
        await sync(dir);
      } catch (error) {
        throw storageError(error, KEPT);
      }
      return { wrapped_key, digest: `sha256:${createHash('sha256').update(sealed).digest('hex')}` };
    },
    async open(place, wrapped_key) {
      const sealed = await readFile(path(place)).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT')) throw error;
        return null;
      });
      // a disk that is not there has lost nothing: whoever takes that for a loss destroys the keys of what lies on it
      if (sealed === null && !(await holdsProbes(dir))) throw new ExpungeError('storage-not-writable', NOT_MOUNTED);
      const content = sealed && vault.open(aboutOf(place), wrapped_key, sealed);
      return content && (JSON.parse(content.toString('utf8')) as KeptProbes);
    },
    remove,
    async sweep(needed) {
      const files = (await namesIn(dir)).flatMap((name) => {
        const [, run_id, key_id] = NAME.exec(name) ?? [];
        return run_id === undefined || key_id === undefined ? [] : [{ name, run_id, key_id }];
      });
      let swept = 0;
      for (let from = 0; from < files.length; from += AT_ONCE) {
        const some = files.slice(from, from + AT_ONCE);
        const keys = await needed(some);
        for (const { name, key_id } of some) {
          if (keys.has(key_id)) continue;
          await rm(join(dir, name), { force: true });
          swept++;
        }
      }
      return swept;
    },
    handOver,
  };
}
