// docs/corpora-benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';

export interface CorpusMeasure {
  way: 'upload' | 'path';
  records: number;
  bytes: number;
  seconds: number;
  per_second: number;
  /** Largest resident memory of the API's process. */
  peak_bytes: number;
  /** Milliseconds for each of a few hundred records read by their ordinals. */
  read_ms: number;
}
interface CorpusResult {
  date: string;
  measures: CorpusMeasure[];
}

export const HEADINGS = ['way', 'records', 'MB', 'seconds', 'records a second', 'peak MB', 'ms to read one'];
export const rowOf = ({ way, records, bytes, seconds, per_second, peak_bytes, read_ms }: CorpusMeasure): string[] => [
  ...[way, String(records), (bytes / 1e6).toFixed(0), seconds.toFixed(2), per_second.toFixed(0)],
  ...[(peak_bytes / 1e6).toFixed(0), read_ms.toFixed(2)],
];

export function corpusPage({ date, measures }: CorpusResult): string {
  const rows = [HEADINGS, HEADINGS.map(() => '---'), ...measures.map(rowOf)];
  return `${[
    '# Corpora',
    'Written by `npm run bench:corpus -- --page`; do not edit. Times are of one run on a shared machine.',
    `${date}, ${cpus().length} cores, which the API, the embedded Postgres and the client share. Half of the records name a person, by two identifiers each, so that a record has one row of a subject on average. A corpus is sent over HTTP (\`upload\`) or read by the API from a file under \`IMPORT_DIR\` (\`path\`); either way everything is checked, hashed, written, indexed and committed when the clock stops. The peak is that of the API's process from its start. Single records are then read by their ordinals, at random places, by a process that has just started.`,
    rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n')}\n`;
}
