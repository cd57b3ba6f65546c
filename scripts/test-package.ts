// `npm run test:package`: packs the package, installs it in an empty folder as a user would, and takes the client from plain
// JavaScript and from TypeScript.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const QUIET = [
  '--ignore-scripts',
  '--omit=optional',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

const PLAIN = `import { createExpungeClient, ProblemError } from 'expunge/client';
const { api, createRequest } = createExpungeClient({ baseUrl: process.argv[2] });
const { data } = await api.GET('/health/live');
const refused = await createRequest({ record_ids: ['a'] }).catch((error) => error);
if (data.status !== 'ok' || !(refused instanceof ProblemError) || refused.pointer !== '#/corpus_id') process.exit(1);
`;
// what has to be refused by the types is said to be; tsc complains where it is not
const TYPED = `import { createExpungeClient, ok, type Schemas } from 'expunge/client';
const expunge = createExpungeClient({ baseUrl: 'https://expunge.example', apiKey: 'x' });
const request: Schemas['DeletionRequest'] = await expunge.createRequest({ record_ids: ['a'], ground: 'objection' });
const due: string = request.due_at;
// @ts-expect-error a ground that the law does not know
await expunge.createRequest({ record_ids: ['a'], ground: 'boredom' });
const model = await ok(expunge.api.GET('/v1/models/{id}', { params: { path: { id: due } } }));
// @ts-expect-error a model has no such field
model.no_such_field;
`;
const COMPILER = {
  compilerOptions: {
    ...{ module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [], strict: true, noEmit: true },
  },
  files: ['typed.mts'],
};

/** A service of two answers: what is tested here is the package. */
function startStub() {
  const problem = {
    ...{ type: '/problems/validation-failed', title: 'No', status: 400, detail: 'No', code: 'validation-failed' },
    ...{ remedy: '', instance: '', errors: [{ pointer: '#/corpus_id', detail: 'is required' }] },
  };
  const server = createServer((request, response) => {
    const live = request.url === '/health/live';
    response.writeHead(live ? 200 : 400, { 'content-type': live ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(live ? { status: 'ok' } : problem));
  });
  return new Promise<{ url: string; stop(): void }>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({ url, stop: () => server.close() });
    });
  });
}

const npm = process.env.npm_execpath;
const [NPM, ...FIRST] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];

async function main(dir: string): Promise<void> {
  const options = { cwd: dir, stdio: ['ignore', 'inherit', 'inherit'] as ['ignore', 'inherit', 'inherit'] };
  // by itself: npm runs no scripts of a package here, its own included (.npmrc)
  execFileSync(NPM!, [...FIRST, 'run', '--silent', 'build:client'], { ...options, cwd: ROOT });
  execFileSync(NPM!, [...FIRST, 'pack', '--pack-destination', dir, '--loglevel=error'], { ...options, cwd: ROOT });
  const [tarball] = (await readdir(dir)).filter((name) => name.endsWith('.tgz'));
  await writeFile(join(dir, 'package.json'), '{ "private": true }\n');
  await writeFile(join(dir, 'plain.mjs'), PLAIN);
  await writeFile(join(dir, 'typed.mts'), TYPED);
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(COMPILER));
  execFileSync(NPM!, [...FIRST, 'install', ...QUIET, `./${tarball}`], options);
  const stub = await startStub();
  try {
    // not the synchronous call: the stub answers in this process
    await new Promise<void>((resolve, reject) => {
      execFile(process.execPath, ['plain.mjs', stub.url], { cwd: dir }, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    stub.stop();
  }
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', dir], options);
}

const dir = await mkdtemp(join(tmpdir(), 'expunge-package-'));
try {
  await main(dir);
  console.log('expunge/client: packed, installed, used from JavaScript, and checked by tsc');
} finally {
  await rm(dir, { recursive: true, force: true });
}
