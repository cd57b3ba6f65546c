// `npm test`: one Postgres for the whole run, test files in processes of their own (short ones in groups), one line of counts at
// the end.
//   node scripts/test.ts [--redis] [--long] [part of a file name ...]
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { memoryFolder } from '../test/helpers/memory-folder.ts';
import { createTemplate, startTestServer } from '../test/helpers/postgres.ts';
import { groupsOf, writeGroups } from './test-groups.ts';

const ROOT = join(import.meta.dirname, '..');
/** Files that need something which not every machine has; each kind is asked for by an option of its name. */
const SPECIAL = ['redis', 'browser'] as const;
/** Files that take long: whole runs by real processes, and what short files try in part. Run where they are named, and by `--long`. */
const LONG = '.long.test.ts';
/** What `--long` runs besides: files that do more then. See test/helpers/long.ts. */
const LONGER = [
  ...['test/architectures/contract', 'test/architectures/parity', 'test/engine/contract.test', 'test/store/kill'],
  ...['test/training/classification', 'test/training/unlearn.test'],
];
/** Folders of files that mostly wait, for processes, leases and sweeps: they come first, so that others fill their pauses. */
const WAITING = ['workers', 'e2e', 'cli', 'queue', 'runs'];
/** One file more than cores, for the same reason. */
const FILES_AT_ONCE = availableParallelism() + 1;
/** Most of what a short file costs is reading and compiling its modules. */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'expunge-test');
/** Tests make much that is soon gone: with more room for it there is less to collect. */
const OF_NODE = ['--max-semi-space-size=64'];
const FILE_LIMIT_MS = 15 * 60_000;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const { values, positionals: named } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ redis: { type: 'boolean' }, browser: { type: 'boolean' } },
    long: { type: 'boolean' },
  },
});
const positionals = values.long && named.length === 0 ? [LONG, ...LONGER] : named;

const waits = (file: string): boolean => WAITING.some((folder) => file.startsWith(join(ROOT, 'test', folder)));

async function chosenFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('test/**/*.test.ts', { cwd: ROOT })) {
    const special = SPECIAL.find((kind) => file.endsWith(`.${kind}.test.ts`));
    if (special && !values[special]) continue;
    if (file.endsWith(LONG) && positionals.length === 0) continue;
    const filters = positionals.map((part) => relative(ROOT, join(process.cwd(), part)));
    const asked = positionals.some((part, i) => file.includes(part) || file.startsWith(filters[i]!));
    if (positionals.length === 0 || asked) files.push(join(ROOT, file));
  }
  files.sort();
  return [...files.filter(waits), ...files.filter((file) => !waits(file))];
}

/** A line for each kind of files that a run of all leaves out. */
async function tellLeftOut(): Promise<void> {
  if (positionals.length > 0) return;
  const files = await Array.fromAsync(glob('test/**/*.test.ts', { cwd: ROOT }));
  for (const kind of [...SPECIAL, 'long'] as const) {
    const left = files.filter((file) => file.endsWith(`.${kind}.test.ts`)).length;
    if (!values[kind] && left > 0) console.log(`left to npm run test:${kind}: ${left} files`);
  }
}

/** Runs the files and prints their results as they come. */
async function runFiles(files: string[], signal: AbortSignal): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const events = run({
    files,
    concurrency: FILES_AT_ONCE,
    timeout: FILE_LIMIT_MS,
    cwd: ROOT,
    signal,
    execArgv: OF_NODE,
  });
  events.on('test:summary', ({ file, success, counts: c }) => {
    // every file sends a summary of its own; the one without a name is the whole run's
    if (file !== undefined) return;
    Object.assign(counts, {
      passed: c.passed,
      // a hook that fails after the last test of its suite is no test
      failed: Math.max(c.tests - c.passed - c.skipped - c.todo, success ? 0 : 1),
      skipped: c.skipped + c.todo,
    });
  });
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return counts;
}

async function main(): Promise<Counts> {
  const files = await chosenFiles();
  if (files.length === 0) throw new Error('No test file matches.');
  const aborted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => aborted.abort());
  const memory = process.env.TMPDIR ? null : await memoryFolder();
  if (memory !== null) process.env.TMPDIR = memory;
  const own = process.env.TEST_DATABASE_URL ? null : await startTestServer();
  if (own) process.env.TEST_DATABASE_URL = own.url;
  // `node` in a test is the one that runs the tests
  process.env.PATH = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
  process.env.NODE_COMPILE_CACHE ??= COMPILED;
  // a sixth of the time that loading modules takes goes into looking for links, and npm makes none between packages
  process.env.NODE_PRESERVE_SYMLINKS ??= '1';
  if (values.long) process.env.TEST_LONG = '1';
  // models that several files need; see test/helpers/shared.ts
  const shared = await mkdtemp(join(tmpdir(), 'expunge-shared-'));
  process.env.TEST_SHARED_DIR = shared;
  try {
    if (own) process.env.TEST_DATABASE_TEMPLATE = await createTemplate(own.url);
    return await runFiles(await writeGroups(ROOT, await groupsOf(ROOT, files), shared), aborted.signal);
  } finally {
    await own?.stop();
    await rm(shared, { recursive: true, force: true });
    if (memory !== null) await rm(memory, { recursive: true, force: true });
  }
}

const counts = await main().catch((error: unknown): Counts => {
  console.error(error);
  return { passed: 0, failed: 1, skipped: 0 };
});
await tellLeftOut();
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
