// Kept probes on their way from a worker to its compute process: a sealed file, whose key goes by the job's channel. A process that is
// killed leaves nothing that anybody can read.
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptProbes } from '../domain/kept-probes.ts';
import { ExpungeError } from '../errors.ts';
import { decrypt, encrypt, KEY_BYTES } from './aead.ts';

const ABOUT = 'expunge/handed-over/v1';

/** Writes `earlier.sealed` into the folder, which has none. */
export async function handOver(folder: string, people: KeptProbes[]): Promise<{ file: string; key: Uint8Array }> {
  const key = randomBytes(KEY_BYTES);
  const file = join(folder, 'earlier.sealed');
  await writeFile(file, encrypt(key, ABOUT, Buffer.from(JSON.stringify(people))), { flag: 'wx', mode: 0o600 });
  return { file, key };
}

/** Throws `compute-failed` for a file that the key does not open. */
export async function receive({ file, key }: { file: string; key: Uint8Array }): Promise<KeptProbes[]> {
  const content = decrypt(key, ABOUT, await readFile(file));
  if (content === null)
    throw new ExpungeError(
      'compute-failed',
      'What is kept of people forgotten before does not open with the job’s key.',
    );
  return JSON.parse(content.toString('utf8')) as KeptProbes[];
}
