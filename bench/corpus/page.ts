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
  /** To build and write the sets of a run on the corpus. */
  sets_seconds: number;
  /** Of a process that read the records and built the sets. */
  sets_peak_bytes: number;
}
interface CorpusResult {
  date: string;
  measures: CorpusMeasure[];
}

const NAMES = ['way', 'records', 'MB', 'seconds', 'records a second', 'peak MB', 'ms to read one'];
export const HEADINGS = [...NAMES, 'seconds for sets', 'their peak MB'];
export const rowOf = (one: CorpusMeasure): string[] => [
  ...[one.way, String(one.records), (one.bytes / 1e6).toFixed(0), one.seconds.toFixed(2), one.per_second.toFixed(0)],
  ...[(one.peak_bytes / 1e6).toFixed(0), one.read_ms.toFixed(2), one.sets_seconds.toFixed(2)],
  (one.sets_peak_bytes / 1e6).toFixed(0),
];

export function corpusPage({ date, measures }: CorpusResult): string {
  const rows = [HEADINGS, HEADINGS.map(() => '---'), ...measures.map(rowOf)];
  return `${[
    '# Corpora',
    'Written by `npm run bench:corpus -- --page`; do not edit. Times are of single runs on a shared machine; `--sizes 10000,100000,1000000,path:10000000` measures all of them.',
    `${date}, ${cpus().length} cores, which the API, the embedded Postgres and the client share. Half of the records name a person, by two identifiers each, so that a record has one row of a subject on average. A corpus is sent over HTTP (\`upload\`) or read by the API from a file under \`IMPORT_DIR\` (\`path\`); either way everything is checked, hashed, written, indexed and committed when the clock stops. The peak is that of the API's process from its start. Single records are then read by their ordinals, at random places, by a process that has just started; the same process then builds and writes the sets of a run that forgets one person, and its peak is that of all it did.`,
    rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n')}\n`;
}
