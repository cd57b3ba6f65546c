// A ledger in a file: a line of JSON for each entry, then one for each checkpoint. Whoever has it and the public keys needs nothing else.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Value } from 'typebox/value';
import { LedgerEntry as EntrySchema, type LedgerCheckpoint } from '../domain/ledger.ts';
import { ExpungeError } from '../errors.ts';
import type { LedgerEntry, LedgerStore } from '../runs/ports.ts';
import type { LedgerSource } from './audit.ts';

const PAGE = 1000;

/** The pages of the store. */
export async function* storedEntries(store: Pick<LedgerStore, 'readLedger'>): AsyncGenerator<LedgerEntry[]> {
  for (let after = 0; ; ) {
    const page = await store.readLedger({ after, limit: PAGE });
    // what came while the page before was looked at is in the next one: the end is where nothing is
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)!.seq;
  }
}

type Checkpoints = Pick<LedgerStore, 'ledgerCheckpoint' | 'ledgerCheckpoints'>;
/** Those up to `size`; left out: up to the latest there is now. Entries that are read after it cover them all. */
export async function* storedCheckpoints(store: Checkpoints, size?: number): AsyncGenerator<LedgerCheckpoint[]> {
  const last = size ?? (await store.ledgerCheckpoint())?.size ?? 0;
  for (let after = 0; after < last; ) {
    const page = await store.ledgerCheckpoints({ after, limit: PAGE });
    yield page.filter((one) => one.size <= last);
    if (page.length < PAGE) return;
    after = page.at(-1)!.size;
  }
}

/** The lines of an export: entries, then the checkpoints that there were when it began. */
export async function* exportLedger(store: Pick<LedgerStore, 'readLedger'> & Checkpoints): AsyncGenerator<string> {
  const size = (await store.ledgerCheckpoint())?.size ?? 0;
  for await (const page of storedEntries(store)) for (const entry of page) yield `${JSON.stringify({ entry })}\n`;
  for await (const page of storedCheckpoints(store, size))
    for (const { checkpoint } of page) yield `${JSON.stringify({ checkpoint })}\n`;
}

type Line = { entry: LedgerEntry } | { checkpoint: string };

function parseLine(text: string, number: number): Line {
  const refuse = () =>
    new ExpungeError('certificate-invalid', `Line ${number} is neither an entry nor a checkpoint of a ledger.`);
  let line: { entry?: unknown; checkpoint?: unknown } | null;
  try {
    line = JSON.parse(text) as typeof line;
  } catch {
    throw refuse();
  }
  if (Value.Check(EntrySchema, line?.entry)) return { entry: line.entry };
  if (typeof line?.checkpoint === 'string') return { checkpoint: line.checkpoint };
  throw refuse();
}

async function* linesOf(path: string): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
    if (text !== '') yield parseLine(text, ++number);
}

/** What `auditLedger` takes, from a file. It is read twice, so that it may be of any size. */
export const ledgerFile = (path: string): LedgerSource => ({
  async *entries() {
    let page: LedgerEntry[] = [];
    for await (const line of linesOf(path)) {
      if (!('entry' in line)) continue;
      page.push(line.entry);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    yield page;
  },
  async *checkpoints() {
    for await (const line of linesOf(path)) if ('checkpoint' in line) yield [line];
  },
});
