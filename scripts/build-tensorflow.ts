// Builds TensorFlow's binding for Node from its source against the TensorFlow inside PyPI's wheel, for the tests on
// the `tensorflow` backend (`npm run test:tensorflow`). Development only: nothing of it is installed with the project.
// Why: the package's own install script downloads a TensorFlow of 2022 from outside any registry.
//   node scripts/build-tensorflow.ts       needs python3 with pip, make and a C++ compiler; Linux on x86-64; about 1 GB
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refused, run, Unreachable, works } from './shared/command.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'data/tensorflow');
const BINDING = '4.22.0';
const NODE_GYP = '11.5.0';
/** The highest version of Node's stable interface that the binding declares. */
const N_API = 8;
/** Any Python's pip takes this file: it is unpacked, never imported. */
const WHEEL = {
  requirement: 'tensorflow-cpu==2.21.0',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  platform: ['--platform', 'manylinux_2_27_x86_64', '--python-version', '3.11', '--implementation', 'cp'],
};
/** What the binding is compiled and linked with. */
const WANTED = [
  'tensorflow/include/tensorflow/',
  'tensorflow/include/tsl/',
  'tensorflow/include/xla/tsl/',
  'tensorflow/libtensorflow_',
];
const UNPACK = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(tuple(sys.argv[3:]))])
`;

const inFolder = { cwd: FOLDER };

/** What is missing on this machine, in words; null when it can build. */
function missing(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return `PyPI's wheel is for Linux on x86-64`;
  if (!works('python3', '-m', 'pip', '--version')) return 'python3 with pip is missing';
  if (!works('make', '--version')) return 'make is missing';
  if (!works('c++', '--version')) return 'a C++ compiler is missing';
  return null;
}

async function fetchAll(): Promise<void> {
  await writeFile(join(FOLDER, 'package.json'), '{ "private": true }\n');
  const scope = join(FOLDER, 'node_modules/@tensorflow');
  const packages = [`@tensorflow/tfjs-node@${BINDING}`, `node-gyp@${NODE_GYP}`];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  run('npm: the binding and its source', ['npm', 'install', ...quiet, ...packages], { ...inFolder, Kind: Unreachable });
  // one TensorFlow.js in the process, the project's: two would take each other's classes for strangers
  for (const name of await readdir(scope)) if (name !== 'tfjs-node') await rm(join(scope, name), { recursive: true });
  await writeFile(join(FOLDER, 'wheel.txt'), `${WHEEL.requirement} --hash=sha256:${WHEEL.sha256}\n`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', ...WHEEL.platform];
  const what = ['--require-hashes', '-r', 'wheel.txt', '-d', 'wheel'];
  run('PyPI: TensorFlow', ['python3', ...pip, ...what], { ...inFolder, Kind: Unreachable });
}

/** Puts TensorFlow where binding.gyp looks for it: deps/include and deps/lib. */
async function layOut(binding: string): Promise<void> {
  const deps = join(binding, 'deps');
  await rm(deps, { recursive: true, force: true });
  await mkdir(join(deps, 'lib'), { recursive: true });
  const file = `wheel/${WHEEL.requirement.replace('-', '_').replace('==', '-')}-cp311-cp311-manylinux_2_27_x86_64.whl`;
  run('unpack', ['python3', '-c', UNPACK, file, '.', ...WANTED], inFolder);
  await rm(join(FOLDER, 'wheel'), { recursive: true });
  await symlink(join(FOLDER, 'tensorflow/include'), join(deps, 'include'));
  // linked by the plain names, loaded by the names that the libraries have for themselves
  for (const [plain, name] of [
    ['libtensorflow.so', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ] as const) {
    await symlink(join(FOLDER, 'tensorflow', name), join(deps, 'lib', name));
    await symlink(name, join(deps, 'lib', plain));
  }
}

async function build(): Promise<void> {
  const binding = join(FOLDER, 'node_modules/@tensorflow/tfjs-node');
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await fetchAll();
  await layOut(binding);
  // the headers come with the project's own Node: node-gyp would download them
  const nodedir = join(dirname(process.execPath), '..');
  if (!existsSync(join(nodedir, 'include/node/node_api.h')))
    throw new Refused(`${process.execPath} has no headers beside it`);
  const lib = `-Dnapi_build_version=${N_API} -Dmodule_name=tfjs_binding -Dmodule_path=./lib/napi-v${N_API}`;
  const gyp = ['node_modules/node-gyp/bin/node-gyp.js', 'rebuild', '-C', binding, `--nodedir=${nodedir}`];
  run('node-gyp', [process.execPath, ...gyp, '--', ...lib.split(' ')], inFolder);
  const answer = run('load', [process.execPath, join(ROOT, 'workers/probe.ts'), 'tensorflow'], {
    ...inFolder,
    env: { NODE_PATH: join(FOLDER, 'node_modules') },
  });
  if (!answer.includes('"ok":true')) throw new Refused(`what was built does not compute: ${answer.trim()}`);
}

/** What a finished build was made of; another of the same kind need not be made. */
const STAMP = join(FOLDER, 'built.json');
const contents = JSON.stringify({ BINDING, NODE_GYP, wheel: WHEEL.sha256, node: process.version, folder: FOLDER });

async function main(): Promise<void> {
  const why = missing();
  if (why !== null) return console.log(`Skipped: TensorFlow’s binding cannot be built here: ${why}.`);
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === contents)
    return console.log('TensorFlow’s binding is built.');
  const started = Date.now();
  try {
    await build();
    await writeFile(STAMP, contents);
    console.log(`Built in ${Math.round((Date.now() - started) / 1000)} s: npm run test:tensorflow uses it.`);
  } catch (error) {
    if (error instanceof Unreachable) console.log(`Skipped: TensorFlow’s binding was not built: ${error.message}`);
    else if (error instanceof Refused) console.error(error.message);
    else throw error;
    if (error instanceof Refused) process.exitCode = 1;
  }
}

await main();
