// Who may import whom, what is pure, and how large a file may be. Reads the sources; runs none of them.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { code, importsOf, ROOT, roomOf, type Source, sourcesOf } from './house/sources.ts';

const MAX_LINES = 300;
const MAX_TEST_LINES = 400;
const MAX_MEDIAN = 80;

const PURE = ['domain', 'methods', 'metrics', 'architectures', 'training', 'influence'];
const ADAPTERS = ['backup', 'engine', 'store', 'queue', 'checkpoints', 'corpora', 'evidence', 'webhooks', 'tracing'];
const LEAVES = ['errors.ts', 'version.ts'];
const CONFIGURED = [...LEAVES, 'environment.ts', 'compute-environment.ts', 'config.ts', 'log.ts'];
const CORE = [...PURE, 'runs'];

/** Room -> rooms it may import, besides itself. A room that is not here may import everything; nobody imports it. */
const MAY_IMPORT: Record<string, string[]> = {
  problems: [],
  'errors.ts': ['problems'],
  'version.ts': ['package.json'],
  'compute-environment.ts': [],
  'one-of.ts': [],
  'tracing-environment.ts': ['one-of.ts'],
  'abuse-environment.ts': [],
  'environment.ts': ['abuse-environment.ts', 'errors.ts', 'one-of.ts', 'tracing-environment.ts'],
  'config.ts': ['errors.ts', 'environment.ts', 'compute-environment.ts'],
  'log.ts': ['errors.ts', 'config.ts'],
  client: ['openapi'],
  domain: ['errors.ts'],
  methods: ['errors.ts', 'domain'],
  metrics: ['errors.ts', 'domain'],
  architectures: ['errors.ts', 'domain'],
  training: ['errors.ts', 'domain', 'methods', 'architectures'],
  influence: ['errors.ts', 'domain', 'methods', 'architectures', 'training'],
  runs: [...LEAVES, ...PURE],
  ...Object.fromEntries(ADAPTERS.map((room) => [room, [...CONFIGURED, ...CORE, ...ADAPTERS]])),
  compute: [...CONFIGURED, ...CORE, ...ADAPTERS],
  http: [...CONFIGURED, ...CORE, ...ADAPTERS],
};
/** Nothing of the product imports these; tools may. */
const NOT_PRODUCT = ['main.ts', 'scripts', 'bench', 'test'];

/** The environment is read in one place. These only hand it on, or read what is not configuration. */
const ENVIRONMENT = {
  'src/config.ts': 'the reader',
  'src/compute-environment.ts': 'how this process was started',
  'src/cli/lifeline.ts': 'the process id of the parent, set by it for this one child',
  'src/cli/shared-heap.ts': 'hands the environment on to itself',
  'src/cli/process.ts': 'hands the environment on to a child',
  'src/cli/services.ts': 'hands the environment on to the children',
  'src/cli/commands/up.ts': 'hands the environment on to the children',
  'src/store/embedded/cluster.ts': 'PATH for the programs of Postgres',
  'src/store/embedded/server.ts': 'PATH for the programs of Postgres',
  'src/cli/terminal.ts': 'NO_COLOR, a convention of terminals',
} as Record<string, string>;

const product = sourcesOf('src', 'workers');
const pure = product.filter((source) => PURE.includes(roomOf(source.path)));
const written = [...product, ...sourcesOf('scripts', 'bench', 'examples')];

function offences(sources: Source[], pattern: RegExp): string[] {
  return sources.flatMap((source) =>
    code(source)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${source.path}:${index + 1} ${line.trim()}`] : [])),
  );
}

test('imports go one way', () => {
  const wrong: string[] = [];
  for (const source of written) {
    const room = roomOf(source.path);
    const allowed = MAY_IMPORT[room];
    for (const { target } of importsOf(source)) {
      if (!existsSync(join(ROOT, target)) || target.startsWith('node:')) continue;
      const other = roomOf(target);
      if (other === room) continue;
      const tool = !/^(src|workers)\//.test(source.path);
      if ((!tool && NOT_PRODUCT.includes(other)) || (allowed && !allowed.includes(other)))
        wrong.push(`${source.path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every relative import names a file that exists', () => {
  const wrong = written.flatMap((source) =>
    importsOf(source)
      .filter(({ target }) => /^(src|workers|scripts|bench|examples|test)\//.test(target))
      .filter(({ target }) => !existsSync(join(ROOT, target)))
      .map(({ target }) => `${source.path} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('pure folders do no I/O, ask no clock and no chance', () => {
  const modules = pure.flatMap((source) =>
    importsOf(source)
      .filter(
        ({ target }) => target.startsWith('node:') || /^(pg|kysely|ioredis|bullmq|fastify|pino)(\/|$)/.test(target),
      )
      .map(({ target }) => `${source.path} imports ${target}`),
  );
  assert.deepEqual(modules, []);
  assert.deepEqual(
    offences(pure, /\bprocess\.|\bconsole\.|\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/),
    [],
  );
});

test('the client runs wherever fetch does: it takes nothing of Node', () => {
  const client = sourcesOf('src/client');
  assert.ok(client.length > 0);
  assert.deepEqual(
    client.flatMap((source) => importsOf(source).filter(({ target }) => target.startsWith('node:'))),
    [],
  );
  assert.deepEqual(offences(client, /\bprocess\.|\bBuffer\b/), []);
});

test('only the engine loads a tensor library; everybody else knows its types', () => {
  const wrong = product
    .filter((source) => roomOf(source.path) !== 'engine')
    .flatMap((source) =>
      importsOf(source)
        .filter(({ target, typeOnly }) => /^(@tensorflow\/|onnxruntime-)/.test(target) && !typeOnly)
        .map(({ target }) => `${source.path} imports ${target}`),
    );
  assert.deepEqual(wrong, []);
});

test('OpenTelemetry is loaded by one file, which nothing loads unless traces go somewhere', () => {
  const imports = (pattern: RegExp) => offences(product, pattern).map((line) => line.split(':')[0]!);
  assert.deepEqual([...new Set(imports(/from '@opentelemetry\//))], ['src/tracing/opentelemetry.ts']);
  assert.deepEqual(imports(/from '.*\/opentelemetry\.ts'/), []);
  assert.deepEqual(imports(/import\('.*\/opentelemetry\.ts'\)/), ['src/tracing/start.ts']);
});

test('only config.ts reads the environment', () => {
  const wrong = offences(product, /\bprocess\.env\b/).filter((line) => !(line.split(':')[0]! in ENVIRONMENT));
  assert.deepEqual(wrong, []);
});

test('no habit that has bitten: async tidy, synchronous reads, require, stray output', () => {
  assert.deepEqual(offences(written, /\btidy\(\s*async\b/), []);
  const notEngine = written.filter((source) => !source.path.startsWith('src/engine/'));
  assert.deepEqual(offences(notEngine, /\.dataSync\(|\.arraySync\(/), []);
  // The engine requires two CommonJS libraries whose named exports an import would not see; others may only resolve.
  assert.deepEqual(offences(notEngine, /\brequire\(|\bcreateRequire\([^)]*\)\(/), []);
  const quiet = product.filter((source) => roomOf(source.path) !== 'cli');
  assert.deepEqual(offences(quiet, /\bconsole\./), []);
  assert.deepEqual(offences(written, /\bTODO\b|\bFIXME\b|@ts-ignore|@ts-nocheck/), []);
});

test('files are small', () => {
  const large = (sources: Source[], most: number) =>
    sources.filter((source) => source.lines > most).map((source) => `${source.path}: ${source.lines}`);
  assert.deepEqual(large(written, MAX_LINES), []);
  assert.deepEqual(large(sourcesOf('test'), MAX_TEST_LINES), []);
  const lines = product.map((source) => source.lines).sort((a, b) => a - b);
  const median = lines[lines.length >> 1]!;
  assert.ok(median < MAX_MEDIAN, `median ${median}`);
});

test('a test lies where its source lies', () => {
  const free = ['house', 'e2e', 'contract', 'helpers', 'fixtures'];
  const lost = sourcesOf('test')
    .filter((source) => source.path.endsWith('.test.ts'))
    .map((source) => dirname(source.path).replace(/^test\/?/, ''))
    .filter((folder) => folder !== '' && !free.includes(folder.split('/')[0]!))
    .filter((folder) => !existsSync(join(ROOT, 'src', folder)) && !existsSync(join(ROOT, folder)));
  assert.deepEqual([...new Set(lost)], []);
});
