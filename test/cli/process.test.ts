import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startProcess } from '../../src/cli/process.ts';

test('a child keeps its compiled modules in the checkout, or where the environment says', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-process-'));
  t.after(() => rm(dir, { recursive: true }));
  const script = join(dir, 'tells.mjs');
  await writeFile(script, 'process.stdout.write(process.env.NODE_COMPILE_CACHE ?? "nowhere")');
  const told = async (name: string, env: NodeJS.ProcessEnv) => {
    const log = await open(join(dir, name), 'w');
    await once(startProcess(script, env, log.fd), 'exit');
    await log.close();
    return readFile(join(dir, name), 'utf8');
  };
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  assert.match(await told('default', env), /node_modules[/\\]\.cache[/\\]expunge$/);
  assert.equal(await told('given', { ...env, NODE_COMPILE_CACHE: join(dir, 'own') }), join(dir, 'own'));
});
