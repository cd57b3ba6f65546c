// Records a second into a corpus, over HTTP and by path, with the API's peak of memory; then reads of single records, and a run's sets.
// `--sizes 10000,path:100000` (a size by one way alone), `--ways upload,path` (of all others), `--page`: writes docs/corpora-benchmarks.md, `--json`.
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/terminal.ts';
import { HEAP_FLAGS } from '../src/compute-environment.ts';
import { readConfig } from '../src/config.ts';
import { createRandom } from '../src/domain/random.ts';
import { startEmbeddedPostgres } from '../src/store/embedded.ts';
import { type CorpusMeasure, corpusPage, HEADINGS, rowOf } from './corpus/page.ts';
import { writePeople } from './corpus/people.ts';
import { startSide } from './shared/side.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SERVICE = fileURLToPath(new URL('./corpus/service.ts', import.meta.url));
const READS = 200;

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000' },
    ways: { type: 'string', default: 'upload,path' },
    page: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

type Way = CorpusMeasure['way'];

/** Not by `fetch`, which waits five minutes for an answer and no longer. */
async function post(url: string, body: Readable, type = 'application/json'): Promise<{ id: string; records: number }> {
  const asked = request(url, { method: 'POST', headers: { 'content-type': type } });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  const [[answer]] = await Promise.all([answered, pipeline(body, asked)]);
  const said = await text(answer);
  if (answer.statusCode !== 201) throw new Error(`${url}: ${answer.statusCode} ${said}`);
  return JSON.parse(said) as { id: string; records: number };
}
const json = (value: unknown) => Readable.from([JSON.stringify(value)]);

/** A service of its own for each measure: a peak of memory is that of a whole life. */
async function measure(home: string, databaseUrl: string, records: number, way: Way): Promise<CorpusMeasure> {
  const { importDir } = readConfig({ DATA_DIR: home });
  const name = `people-${records}.ndjson`;
  await mkdir(importDir, { recursive: true });
  const bytes = await writePeople(join(importDir, name), records);
  const start = (corpusId: string) =>
    startSide(process.execPath, [...HEAP_FLAGS, SERVICE, home, databaseUrl, corpusId]);
  const service = await start('');
  let corpus: { id: string; records: number };
  let seconds: number;
  let peak: number;
  try {
    const { result: base } = await service.turn<string>('address');
    const { id } = await post(`${base}/v1/corpora`, json({ name: `${way}-${records}` }));
    const url = `${base}/v1/corpora/${id}`;
    const started = performance.now();
    corpus =
      way === 'path'
        ? await post(`${url}/imports`, json({ path: name }))
        : await post(`${url}/records`, createReadStream(join(importDir, name)), 'application/x-ndjson');
    seconds = (performance.now() - started) / 1000;
    peak = (await service.turn<number>('peak')).result;
  } finally {
    await service.close();
  }
  if (corpus.records !== records) throw new Error(`${corpus.records} of ${records} records arrived`);
  const reader = await start(corpus.id);
  try {
    const random = createRandom(records);
    const ordinals = [...new Set(Array.from({ length: READS }, () => random.int(records)))];
    const { seconds: read, result } = await reader.turn<number>('read', ...ordinals);
    if (result !== ordinals.length) throw new Error(`${result} of ${ordinals.length} records were read`);
    const sets = await reader.turn<number>('sets');
    if (sets.result !== records) throw new Error(`${sets.result} of ${records} records are in the sets`);
    return {
      ...{ way, records, bytes, seconds, per_second: records / seconds, peak_bytes: peak },
      read_ms: (1e3 * read) / ordinals.length,
      sets_seconds: sets.seconds,
      sets_peak_bytes: (await reader.turn<number>('peak')).result,
    };
  } finally {
    await reader.close();
  }
}

const home = await mkdtemp(join(tmpdir(), 'expunge-bench-'));
// lets the server's own user in when root measures
await chmod(home, 0o711);
const postgres = await startEmbeddedPostgres(home);
const measures: CorpusMeasure[] = [];
try {
  for (const asked of flags.sizes.split(',')) {
    const [size, only = flags.ways] = asked.split(':').reverse() as [string, string?];
    for (const way of only.split(',') as Way[]) {
      const one = await measure(home, postgres.url, Number(size), way);
      measures.push(one);
      process.stderr.write(`${rowOf(one).join('  ')}\n`);
    }
  }
} finally {
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
}
const result = { date: new Date().toISOString().slice(0, 10), measures };
if (flags.page) await writeFile(join(ROOT, 'docs', 'corpora-benchmarks.md'), corpusPage(result));
say(table([HEADINGS, ...measures.map(rowOf)]));
if (flags.json) say(JSON.stringify(result));
