import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { missingOptional, platformOf } from '../../scripts/lock.ts';
import { whyInstall } from '../../scripts/setup.mjs';
import { ROOT } from './sources.ts';

interface Entry {
  version?: string;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

/** A project folder with a lock file and, unless null, what npm noted about the installed packages. */
function project(t: TestContext, wanted: Record<string, Entry>, installed: Record<string, Entry> | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-setup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }));
  if (installed === null) return folder;
  for (const path of Object.keys(installed)) mkdirSync(join(folder, path), { recursive: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  return folder;
}

const here = { os: [process.platform], cpu: [process.arch] };
const elsewhere = { os: [`!${process.platform}`] };
const lock = {
  '': { optionalDependencies: { mine: '1.0.0', theirs: '1.0.0' } },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/mine': { version: '1.0.0', optional: true, ...here },
  'node_modules/theirs': { version: '1.0.0', optional: true, ...elsewhere },
};
const { '': _root, 'node_modules/theirs': _other, ...fitting } = lock;

test('an install is needed when nothing, something else or not everything is there', (t) => {
  assert.equal(whyInstall(project(t, lock, null)), 'first run');
  assert.equal(whyInstall(project(t, lock, fitting)), null);
  const { 'node_modules/a': _a, ...less } = fitting;
  assert.match(whyInstall(project(t, lock, less)) ?? '', /changed/);
  const { 'node_modules/mine': _mine, ...without } = fitting;
  assert.match(whyInstall(project(t, lock, without)) ?? '', /changed/);
  assert.match(whyInstall(project(t, lock, { ...fitting, 'node_modules/a': { version: '2.0.0' } })) ?? '', /changed/);
  assert.match(whyInstall(project(t, lock, { ...fitting, 'node_modules/b': { version: '1.0.0' } })) ?? '', /changed/);
});

test('a package folder that was removed by hand is noticed', (t) => {
  const folder = project(t, lock, fitting);
  rmSync(join(folder, 'node_modules', 'mine'), { recursive: true });
  assert.match(whyInstall(folder) ?? '', /missing/);
});

test('a damaged note of npm leads to an install', (t) => {
  const folder = project(t, lock, fitting);
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '{');
  assert.match(whyInstall(folder) ?? '', /damaged/);
});

test('set-up of this folder has nothing to do and says nothing', () => {
  const done = spawnSync(process.execPath, [join(ROOT, 'scripts/setup.mjs')], { encoding: 'utf8' });
  assert.deepEqual([done.status, done.stdout, done.stderr], [0, '', '']);
});

test('the lock file names every platform, so that npm ci accepts it on a folder without modules', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  assert.deepEqual(missingOptional(packages), {});
});

test('platform fields follow from a package name', () => {
  assert.deepEqual(platformOf('@scope/binding-linux-arm64-musl'), { os: ['linux'], cpu: ['arm64'], libc: ['musl'] });
  assert.deepEqual(platformOf('@scope/binding-linux-x64-gnu'), { os: ['linux'], cpu: ['x64'], libc: ['glibc'] });
  assert.deepEqual(platformOf('@scope/cli-win32-ia32'), { os: ['win32'], cpu: ['ia32'] });
});

test('a dependency that runs code at install time is not let in', () => {
  assert.match(readFileSync(join(ROOT, '.npmrc'), 'utf8'), /^ignore-scripts=true$/m);
});
