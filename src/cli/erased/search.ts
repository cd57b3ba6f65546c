// Looks for what is left of erased records: in the files of the installation, its tables and its queue. Streams; shows where, never what.
import { realpath } from 'node:fs/promises';
import type { Config } from '../../config.ts';
import type { PrintScanner } from '../../corpora/fingerprints/scanner.ts';
import { splitLines } from '../../corpora/lines.ts';
import { DEFAULT_NAMESPACE } from '../../queue/connection.ts';
import type { ErasureStore } from '../../runs/ports.ts';
import { bytesOf, type FoundFile, filesBelow, isCorpus, rootsOf } from './disk.ts';

/** Where something was found. */
export interface Leftover {
  in: 'file' | 'table' | 'queue';
  /** Path below the setting that names its folder, table with column, or key. */
  where: string;
  /** How many fingerprints. */
  fingerprints: number;
}

export interface Searched {
  found: Leftover[];
  files: number;
  bytes: number;
  /** Files and folders that could not be read. */
  unread: string[];
  tables: number;
  values: number;
  /** Keys in Redis; null: the queue is in tables. */
  queue_keys: number | null;
  /** Fingerprints that living records have too, so that they are nobody's. */
  common: number;
}

/** A living record with so much of an erased one is a copy of it; with less, it says something of the same. */
const COPY = 0.75;

type Note = (leftover: Omit<Leftover, 'fingerprints'>, fingerprints: number) => void;

/** One entry for each place, with the most that was found there at a time. */
function collector(): { note: Note; found: () => Leftover[] } {
  const places = new Map<string, Leftover>();
  return {
    note({ in: kind, where }, fingerprints) {
      const known = places.get(`${kind} ${where}`);
      const most = Math.max(fingerprints, known?.fingerprints ?? 0);
      places.set(`${kind} ${where}`, { in: kind, where, fingerprints: most });
    },
    found: () => [...places.values()],
  };
}

const countOf = (hits: ReturnType<PrintScanner['take']>): number =>
  hits.reduce((sum, { prints }) => sum + prints.length, 0);

/** Lines of corpora first: what living records have in common with the erased tells nothing of them, here or elsewhere. */
async function searchCorpora(scanner: PrintScanner, corpora: FoundFile[], note: Note, counted: Counted) {
  const common = new Map<string, Buffer>();
  for (const file of corpora) {
    let line = 0;
    for await (const bytes of splitLines(counted.bytesOf(file))) {
      line++;
      scanner.add(bytes);
      for (const { prints, of } of scanner.take()) {
        if (prints.length >= COPY * of) note({ in: 'file', where: `${file.name}, line ${line}` }, prints.length);
        else for (const print of prints) common.set(print.toString('latin1'), print);
      }
    }
  }
  scanner.forget(common.values());
  return common.size;
}

interface Counted {
  files: number;
  bytes: number;
  unread: string[];
  bytesOf(file: FoundFile): AsyncGenerator<Buffer>;
}

function counter(): Counted {
  const counted: Counted = {
    ...{ files: 0, bytes: 0, unread: [] },
    async *bytesOf(file) {
      counted.files++;
      for await (const bytes of bytesOf(file, (name) => counted.unread.push(name))) {
        counted.bytes += bytes.length;
        yield bytes;
      }
    },
  };
  return counted;
}

async function searchDisk(scanner: PrintScanner, config: Config, note: Note) {
  const counted = counter();
  const corpusDir = await realpath(config.corpusDir).catch(() => config.corpusDir);
  const roots = await rootsOf(config);
  const corpora: FoundFile[] = [];
  for (const root of roots)
    for await (const file of filesBelow(root, () => undefined)) if (isCorpus(file, corpusDir)) corpora.push(file);
  const common = await searchCorpora(scanner, corpora, note, counted);
  const done = new Set(corpora.map(({ path }) => path));
  for (const root of roots)
    for await (const file of filesBelow(root, (name) => counted.unread.push(name))) {
      if (done.has(file.path)) continue;
      for await (const bytes of counted.bytesOf(file)) scanner.add(bytes);
      const prints = countOf(scanner.take());
      if (prints > 0) note({ in: 'file', where: file.name }, prints);
    }
  const { files, bytes, unread } = counted;
  return { files, bytes, unread, common };
}

/** Searches everything. The scanner is left without what living records have in common with the erased. */
export async function searchEverywhere(
  scanner: PrintScanner,
  store: Pick<ErasureStore, 'eachStoredText'>,
  config: Config,
): Promise<Searched> {
  const { note, found } = collector();
  const search = (value: string | Uint8Array, where: Omit<Leftover, 'fingerprints'>) => {
    scanner.add(typeof value === 'string' ? Buffer.from(value) : value);
    const prints = countOf(scanner.take());
    if (prints > 0) note(where, prints);
  };
  const disk = await searchDisk(scanner, config, note);
  const { tables, values } = await store.eachStoredText(({ table, column }, value) => {
    const kind = table.startsWith(`${DEFAULT_NAMESPACE}.`) ? 'queue' : 'table';
    search(value, { in: kind, where: `${table}, column ${column}` });
  });
  let queue_keys: number | null = null;
  if (config.redisUrl !== null) {
    const { eachRedisValue } = await import('../../queue/contents.ts');
    queue_keys = await eachRedisValue(config.redisUrl, (key, value) => search(value, { in: 'queue', where: key }));
  }
  return { found: found(), ...disk, tables, values, queue_keys };
}
