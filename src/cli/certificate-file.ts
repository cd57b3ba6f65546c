// Reading certificates and key sets from where the user has them.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from './command.ts';

/** A certificate or key set is some kilobytes; anything far above is another file. */
const MAX_BYTES = 4 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 10_000;

const REMEDY =
  'Name the file that the certificate was saved to, and with --jwks the public keys of the issuer (/.well-known/jwks.json).';
const refuse = (why: string) => new UsageError(why, REMEDY);

async function read(path: string, what: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(`${what} ${path} cannot be read (${error.code})`);
  });
  if (bytes.length > MAX_BYTES) throw refuse(`${what} ${path} is too large to be one`);
  return bytes.toString('utf8');
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(`${what} is not JSON`);
  }
}

/**
 * The compact JWS in a file: alone, or as `jws` of the JSON that GET /v1/certificates/{id} answers, with the proof beside it where
 * there is one.
 */
export async function readCertificateFile(path: string): Promise<{ jws: string; proof: string | null }> {
  const text = (await read(path, 'The certificate')).replace(/\r?\n$/, '');
  if (!text.trimStart().startsWith('{')) return { jws: text, proof: null };
  const { jws, proof } = parse(text, `The certificate ${path}`) as { jws?: unknown; proof?: unknown };
  if (typeof jws !== 'string') throw refuse(`The certificate ${path} has no field jws`);
  return { jws, proof: typeof proof === 'object' && proof !== null ? JSON.stringify(proof) : null };
}

/** A proof or a checkpoint as it was saved. */
export const readEvidence = (path: string, what: string): Promise<string> => read(path, what);

async function fetchText(url: string): Promise<string> {
  const failed = (why: string) => refuse(`The key set ${url} cannot be fetched: ${why}`);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) throw failed(`status ${response.status}`);
    return await response.text();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw failed((error as Error).message);
  }
}

/** The key set at a path or URL; by default `jwks.json` beside the certificate. */
export async function readKeySet(
  source: string | undefined,
  certificate: string,
): Promise<{ keys: Record<string, unknown>[] }> {
  const place = source ?? join(dirname(certificate), 'jwks.json');
  const text = /^https?:\/\//.test(place) ? await fetchText(place) : await read(place, 'The key set');
  const set = parse(text, `The key set ${place}`);
  const keys = (set as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw refuse(`The key set ${place} has no list keys`);
  return { keys: keys.filter((key): key is Record<string, unknown> => typeof key === 'object' && key !== null) };
}
