// Brings node_modules up to date with package-lock.json, without running any install script.
// Plain JavaScript: it runs on the user's own Node (20 or later), before the project's Node 24 is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MAJOR = 24;
const LOCK_PATIENCE_MS = 10 * 60_000;

class SetupError extends Error {}

/** Whether an entry of the lock file is meant for this machine. */
function fits(entry) {
  const allows = (list, value) => {
    const names = [list ?? []].flat();
    if (names.includes(`!${value}`)) return false;
    return names.every((name) => name.startsWith('!')) || names.includes(value);
  };
  return allows(entry.os, process.platform) && allows(entry.cpu, process.arch);
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Why an install is needed, or null. npm writes `node_modules/.package-lock.json` as the last step of an install,
 * so it tells what is there, whoever ran npm; an interrupted install leaves none.
 */
export function whyInstall(root) {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return 'first run';
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  let present;
  try {
    present = readJson(hidden).packages;
  } catch {
    return 'node_modules is damaged';
  }
  for (const [path, { version }] of Object.entries(present)) {
    if (wanted[path]?.version !== version) return 'package-lock.json has changed';
  }
  const own = wanted[''].optionalDependencies ?? {};
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || present[path]) continue;
    const optional = entry.optional === true || entry.devOptional === true;
    // Of optional packages only our own are sure to be wanted: another's may hang on one that does not fit.
    const ours = path.replace(/^node_modules\//, '') in own && fits(entry);
    if (!optional || ours) return 'package-lock.json has changed';
  }
  for (const name of Object.keys(own)) {
    const entry = wanted[`node_modules/${name}`];
    if (entry && fits(entry) && !existsSync(join(root, 'node_modules', name))) return 'a package is missing';
  }
  return null;
}

/** npm's command line: the npm that runs this script, or the one on PATH. */
function npmCommand() {
  const running = process.env.npm_execpath;
  if (running && /^npm-cli\.c?js$/.test(basename(running)) && existsSync(running)) return [process.execPath, running];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** Flags that beat what a user's npm configuration or NODE_ENV may say; registry, proxy and cache stay the user's. */
const FLAGS = [
  '--ignore-scripts',
  '--include=prod',
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--engine-strict=false',
  '--package-lock=true',
  '--bin-links=true',
  '--global=false',
  '--dry-run=false',
  '--install-strategy=hoisted',
  '--force=false',
  '--audit=false',
  '--fund=false',
  '--update-notifier=false',
  '--loglevel=error',
  '--progress=false',
];

function install(root, why) {
  console.log(`Installing dependencies (${why}) ...`);
  const [command, ...first] = npmCommand();
  // An os, cpu, omit or libc of an outer configuration would leave packages out.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(omit|only|production|os|cpu|libc|location)$/i.test(name),
    ),
  );
  env.NODE_ENV = 'development';
  const done = spawnSync(command, [...first, 'ci', ...FLAGS], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32' && first.length === 0,
  });
  if (done.error) fail(`npm could not be started: ${done.error.message}`, 'Install npm 10 or later, then try again.');
  if (done.status !== 0) {
    process.stdout.write(done.stdout);
    fail('npm ci failed', 'See the lines above; without a network, set up npm’s registry or proxy first.');
  }
}

/** Serialises two set-ups of one folder: `npm ci` of the one would delete what the other unpacks. */
function withLock(root, work) {
  const path = join(tmpdir(), `expunge-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`);
  const until = Date.now() + LOCK_PATIENCE_MS;
  let handle;
  while (handle === undefined) {
    try {
      handle = openSync(path, 'wx', 0o600);
      writeSync(handle, String(process.pid));
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!holderLives(path)) rmSync(path, { force: true });
      else if (Date.now() > until) fail(`another set-up holds ${path}`, 'Wait for it, or remove that file.');
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
  try {
    return work();
  } finally {
    closeSync(handle);
    rmSync(path, { force: true });
  }
}

function holderLives(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // An empty file is a holder between its two calls, unless it stays empty.
    if (!pid) return Date.now() - statSync(path).mtimeMs < 2000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function majorOf(command) {
  const asked = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return asked.status === 0 ? Number(/^v(\d+)/.exec(asked.stdout)?.[1] ?? 0) : 0;
}

/**
 * npm 10 may leave `.bin/node` out: it tries the packages of other platforms, which bring the same command, first.
 * Returns the package's binary, or null where the registry has none for this machine.
 */
function packagedNode(root) {
  const { packages } = readJson(join(root, 'package-lock.json'));
  for (const name of Object.keys(packages[''].optionalDependencies ?? {})) {
    const entry = packages[`node_modules/${name}`];
    if (!entry?.bin?.node || !fits(entry)) continue;
    const binary = join(root, 'node_modules', name, entry.bin.node);
    if (existsSync(binary)) return binary;
  }
  return null;
}

/** After this, `node` in an npm script is Node 24 or later. `fresh`: the binary is tried before it is trusted. */
function checkNode(root, fresh) {
  const link = join(root, 'node_modules', '.bin', 'node');
  const linked = existsSync(link);
  if (linked && !fresh) return;
  const binary = linked ? link : packagedNode(root);
  if (binary !== null && majorOf(binary) >= NODE_MAJOR) {
    if (linked) return;
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), binary), link);
    return;
  }
  // Built for another C library, for example: npm scripts would find it first, so it has to go.
  rmSync(link, { force: true });
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return;
  const here = `${process.platform}-${process.arch}`;
  fail(
    `Node ${NODE_MAJOR} is needed, this is ${process.version}, and the registry has no Node ${NODE_MAJOR} that runs on ${here}`,
    `Install Node ${NODE_MAJOR} or later and try again.`,
  );
}

function fail(what, remedy) {
  throw new SetupError(`setup: ${what}.\n${remedy}`);
}

function main() {
  let fresh = false;
  if (whyInstall(ROOT) !== null) {
    withLock(ROOT, () => {
      const why = whyInstall(ROOT);
      if (why === null) return;
      fresh = true;
      install(ROOT, why);
    });
  }
  checkNode(ROOT, fresh);
}

// The folder may be reached through a link, so the two spellings are compared as real paths.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  try {
    main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
