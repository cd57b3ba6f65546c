// The list of deletions on disk: a compact JWS a line. A line that a crash cut off is overwritten by the next one, and not read.
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { hasCode, sync } from '../checkpoints/disk.ts';
import { storageError } from '../checkpoints/storage-errors.ts';
import { DELETIONS_PREDICATE, type Deletion, DeletionBatch, type LedgerHead } from '../domain/backup.ts';
import { ExpungeError } from '../errors.ts';
import { statementOf, verifyStatement } from '../evidence/signed-statement.ts';
import type { DeletionsFile, Signer } from '../runs/ports.ts';

type Jwks = { keys: Record<string, unknown>[] };

const STORED = { files: 'the list of deletions', folder: 'the list of deletions' };
const invalid = (why: string) => new ExpungeError('backup-invalid', `The list of deletions cannot be used: ${why}`);

/** Where the last whole line begins and ends; the file has no more than this that counts. */
async function lastLine(path: string): Promise<{ text: string; end: number } | null> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    let tail = Buffer.alloc(0);
    for (let from = size; ; ) {
      const end = tail.lastIndexOf(10);
      const start = end < 0 ? -1 : tail.subarray(0, end).lastIndexOf(10);
      if (end >= 0 && (start >= 0 || from === 0))
        return { text: tail.subarray(start + 1, end).toString('utf8'), end: from + end + 1 };
      if (from === 0) return null;
      const bytes = Buffer.alloc(Math.min(from, 1 << 20));
      from -= bytes.length;
      await file.read(bytes, 0, bytes.length, from);
      tail = Buffer.concat([bytes, tail]);
    }
  } finally {
    await file.close();
  }
}

/** The batch of a line that this installation wrote itself: its signature is for whoever reads the list later. */
function batchIn(jws: string): DeletionBatch {
  try {
    const payload = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8');
    return (JSON.parse(payload) as { predicate: DeletionBatch }).predicate;
  } catch {
    throw invalid('its last line is no signed statement');
  }
}

export const signDeletions = (signer: Pick<Signer, 'sign'>) => (batch: DeletionBatch) =>
  signer.sign(statementOf('deletions', DELETIONS_PREDICATE, batch));

export function createDeletionsFile(path: string): DeletionsFile {
  return {
    async last() {
      const line = await lastLine(path);
      return line === null ? null : batchIn(line.text).ledger;
    },
    async append(jws) {
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const end = (await lastLine(path))?.end ?? 0;
        const file = await open(path, end === 0 ? 'w' : 'r+', 0o600);
        try {
          await file.truncate(end);
          await file.write(`${jws}\n`, end);
          await file.sync();
        } finally {
          await file.close();
        }
        await sync(dirname(path));
      } catch (error) {
        throw storageError(error, STORED);
      }
    },
  };
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const end = (await lastLine(path))?.end ?? 0;
  if (end === 0) return;
  yield* createInterface({ input: createReadStream(path, { end: end - 1 }), crlfDelay: Number.POSITIVE_INFINITY });
}

/**
 * What was deleted after an entry of the ledger, by all batches that go beyond it, and how far the list goes. Where the list began again,
 * as after a restore, the numbers are another ledger's from there on, and nobody can tell whose entry it is: all of that counts. Throws `backup-invalid` for
 * a list that is altered, is of another ledger, has a gap, or ends before that entry.
 */
export async function readDeletions(path: string, jwks: Jwks, since: LedgerHead) {
  const found = new Map<string, Deletion>();
  let last: DeletionBatch | null = null;
  let number = 0;
  let beganAgain = false;
  for await (const line of linesOf(path)) {
    number++;
    const check = await verifyStatement(line, jwks, DELETIONS_PREDICATE, DeletionBatch);
    if (!check.ok) throw invalid(`line ${number}: ${check.reason}`);
    const batch = check.predicate;
    if (batch.ledger.first !== since.first) throw invalid('it is of another ledger than the backup');
    if (batch.from > (last?.ledger.size ?? 0)) throw invalid(`entries before line ${number} are missing`);
    beganAgain ||= last !== null && batch.from < last.ledger.size;
    last = batch;
    if (!beganAgain && batch.ledger.size <= since.size) continue;
    // the last word on a thing counts
    for (const one of batch.deletions) found.set(nameOf(one), one);
  }
  if (last === null) throw invalid('it has no line');
  if (last.ledger.size < since.size)
    throw invalid(`it ends with entry ${last.ledger.size}, and the backup with ${since.size}: take a newer one`);
  return { deletions: [...found.values()], upTo: last.ledger, madeAt: last.made_at };
}

function nameOf(one: Deletion): string {
  switch (one.what) {
    case 'request':
      return `request ${one.request.id}`;
    case 'checkpoint':
      return `checkpoint ${one.tenant} ${one.model_id} ${one.digest}`;
    case 'subject_key':
      return `subject_key ${one.tenant} ${one.version}`;
    case 'text':
      return `text ${one.entry.corpus_id} ${one.entry.deletion_request_id}`;
    case 'restriction':
      return `restriction ${one.restriction.id}`;
    case 'model':
      return `model ${one.model_id}`;
    case 'corpus':
      return `corpus ${one.corpus_id}`;
    case 'tenant':
      return `tenant ${one.tenant}`;
    default:
      return `${one.what} ${one.key_id}`;
  }
}
