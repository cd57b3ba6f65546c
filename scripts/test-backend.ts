// The contract tests on a backend that not every machine has:
//   node scripts/test-backend.ts webgpu        on VK_DRIVER_FILES, or on SwiftShader, the Vulkan driver in Chromium's package
//   node scripts/test-backend.ts tensorflow    on the binding that scripts/build-tensorflow.ts made
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Tests that loop over test/helpers/backends.ts, by parts of their names. */
const CONTRACT = [
  ...['test/engine/', 'test/architectures/parity', 'test/methods/golden'],
  ...['test/training/adamw', 'test/training/scoring', 'test/training/trained-state', 'test/checkpoints/adapter-parity'],
];
/** Debian's package of what Chromium's builds share; SwiftShader and a Vulkan loader are in it. */
const PACKAGE = 'chromium-common';
const ICD = 'usr/lib/chromium/vk_swiftshader_icd.json';

/** What a backend needs in the environment, or why it cannot be had. */
type Found = { env: Record<string, string> } | { missing: string };

/** Unpacks the driver without installing anything; no root is needed where the package lists are there. */
async function fetchSwiftShader(folder: string): Promise<string | null> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const apt = spawnSync('apt-get', ['download', '-qq', PACKAGE], { cwd: folder, encoding: 'utf8' });
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  if (apt.status !== 0 || file === undefined)
    return apt.error?.message ?? (apt.stderr.trim().split('\n').at(-1) || 'apt-get found no such package');
  const unpacked = spawnSync('dpkg-deb', ['-x', file, '.'], { cwd: folder, encoding: 'utf8' });
  await rm(join(folder, file));
  return unpacked.status === 0 ? null : unpacked.stderr;
}

async function webgpu(): Promise<Found> {
  if (process.env.VK_DRIVER_FILES) return { env: {} };
  const folder = join(ROOT, 'data/swiftshader');
  const places = [join('/', ICD), join(folder, ICD)];
  let why: string | null = null;
  if (!places.some(existsSync)) why = await fetchSwiftShader(folder);
  const icd = places.find(existsSync);
  if (icd === undefined) {
    const remedy = `set VK_DRIVER_FILES to a Vulkan driver, or install Debian's ${PACKAGE}`;
    return { missing: `${remedy} (${why ?? 'its package has no SwiftShader'})` };
  }
  return {
    env: {
      VK_DRIVER_FILES: icd,
      LD_LIBRARY_PATH: [dirname(icd), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    },
  };
}

async function tensorflow(): Promise<Found> {
  const modules = join(ROOT, 'data/tensorflow/node_modules');
  if (!existsSync(join(ROOT, 'data/tensorflow/built.json')))
    return { missing: 'TensorFlow’s binding is not built; `npm run build:tensorflow` builds it' };
  return { env: { NODE_PATH: modules, TF_CPP_MIN_LOG_LEVEL: '2' } };
}

const BACKENDS: Record<string, { backend: string; find: () => Promise<Found> }> = {
  webgpu: { backend: 'onnxruntime/webgpu', find: webgpu },
  tensorflow: { backend: 'tensorflow', find: tensorflow },
};

const [name = '', ...asked] = process.argv.slice(2);
const chosen = BACKENDS[name];
if (chosen === undefined)
  throw new Error(`usage: test-backend.ts ${Object.keys(BACKENDS).join('|')} [part of a file name ...]`);
const found = await chosen.find();
if ('missing' in found) {
  console.log(`Skipped: the tests on ${chosen.backend}: ${found.missing}.`);
  console.log('0 passed, 0 failed, 1 skipped');
} else {
  const tests = spawn(process.execPath, ['scripts/test.ts', ...(asked.length > 0 ? asked : CONTRACT)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...found.env, TEST_BACKEND: chosen.backend },
  });
  const [code] = (await once(tests, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
