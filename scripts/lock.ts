// Brings package-lock.json up to date with package.json, and completes it.
// A registry mirror may lack another platform's package. npm then leaves it out of the lock file, and a later `npm ci`
// refuses that file. The entry needs nothing from the registry: version, os, cpu and libc follow from the name.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
type Packages = Record<string, Entry>;

/** Platform fields that a name such as `@scope/binding-linux-arm64-musl` tells. */
export function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(os === 'linux' && libc && { libc: [libc] }) };
}

/** Optional dependencies of installed packages that the lock file names but does not hold. */
export function missingOptional(packages: Packages): Packages {
  const missing: Packages = {};
  for (const entry of Object.values(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (packages[path]) continue;
      missing[path] = { version, ...(entry.dev && { dev: true }), optional: true, ...platformOf(name) };
    }
  }
  return missing;
}

if (import.meta.main) {
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, npm] : ['npm'];
  const asked = spawnSync(command[0]!, [...command.slice(1), 'install', '--package-lock-only', '--ignore-scripts'], {
    stdio: 'inherit',
  });
  if (asked.status !== 0) process.exit(asked.status ?? 1);
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Packages };
  const missing = missingOptional(lock.packages);
  const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync('package-lock.json', `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  // npm 11 notes there what it would have installed; set-up would believe it
  rmSync('node_modules/.package-lock.json', { force: true });
  console.log(`package-lock.json: ${Object.keys(missing).length} entries completed`);
}
