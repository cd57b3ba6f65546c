// Keeps the certificate, verifies it without the service, and shows what one changed byte does.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '../../examples/client.ts';

const CLI = fileURLToPath(new URL('../../src/cli/expunge.ts', import.meta.url));
const run = promisify(execFile);

interface Outcome {
  code: number;
  text: string;
}

/** `expunge certificate verify FILE`, as a user would call it. */
async function verify(file: string): Promise<Outcome> {
  const done = (code: number, out: { stdout?: string; stderr?: string }) => ({
    code,
    text: `${out.stdout ?? ''}${out.stderr ?? ''}`.trim(),
  });
  try {
    return done(0, await run(process.execPath, [CLI, 'certificate', 'verify', file]));
  } catch (error) {
    const failure = error as { code?: number; stdout?: string; stderr?: string };
    return done(failure.code ?? 1, failure);
  }
}

export interface CertificateOutcome {
  file: string;
  altered: string;
  genuine: Outcome;
  tampered: Outcome;
}

/** Saves certificate and public keys under `dir`; verifies the original and a copy with one byte changed. */
export async function checkCertificate(
  client: Client,
  certificateId: string,
  dir: string,
): Promise<CertificateOutcome> {
  const file = join(dir, 'certificate.jws');
  const altered = join(dir, 'certificate-altered.jws');
  await writeFile(file, await client.certificateJws(certificateId));
  await writeFile(join(dir, 'jwks.json'), JSON.stringify(await client.keySet(), null, 2));
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = bytes[middle] === 0x41 ? 0x42 : 0x41;
  await writeFile(altered, bytes);
  return { file, altered, genuine: await verify(file), tampered: await verify(altered) };
}
