// What can be checked of the container files without a container engine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { HEAP_FLAGS } from '../../src/compute-environment.ts';
import { Environment } from '../../src/environment.ts';
import { importsOf, ROOT, sourcesOf } from './sources.ts';

interface Service {
  image: string;
  build?: { context: string; dockerfile?: string; target: string };
  user?: string;
  command?: string[];
  environment: Record<string, unknown>;
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  networks?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  init?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  networks: Record<string, unknown>;
}
interface Stage {
  name: string;
  base: string;
  instructions: [string, string][];
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const ours = Object.entries(compose.services).filter(([, service]) => service.build);

/** Stages of a Dockerfile: continuation lines joined, comments dropped. */
function stagesOf(path: string): Stage[] {
  const lines = read(path)
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? assert.fail(`${path}: not an instruction: ${line}`);
    const from = word === 'FROM' ? /^(\S+)(?: AS (\S+))?$/.exec(rest!) : null;
    if (from) stages.push({ base: from[1]!, name: from[2] ?? '', instructions: [] });
    else stages.at(-1)?.instructions.push([word!, rest!]);
  }
  return stages;
}

/** Instructions of a stage and of the stages below it. */
function allOf(stages: Stage[], name: string): [string, string][] {
  const stage = stages.find((each) => each.name === name) ?? assert.fail(`no stage ${name}`);
  const below = stages.some((each) => each.name === stage.base) ? allOf(stages, stage.base) : [];
  return [...below, ...stage.instructions];
}

const copies = (instructions: [string, string][]) =>
  instructions
    .filter(([word]) => word === 'COPY')
    .map(([, rest]) => {
      const words = rest.split(/\s+/);
      const from = words.find((each) => each.startsWith('--from='))?.slice('--from='.length) ?? null;
      return { from, sources: words.filter((each) => !each.startsWith('--')).slice(0, -1) };
    });

for (const file of ['Dockerfile', 'Dockerfile.gpu']) {
  const stages = stagesOf(file);
  const targets = ours
    .filter(([, service]) => (service.build!.dockerfile ?? 'Dockerfile') === file)
    .map(([, service]) => service.build!.target);

  test(`${file}: what is copied exists and is part of the build context`, () => {
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const { from, sources } of stages.flatMap((stage) => copies(stage.instructions))) {
      if (from)
        assert.ok(
          stages.some((stage) => stage.name === from),
          `COPY --from=${from}`,
        );
      else
        for (const source of sources) {
          assert.ok(existsSync(join(ROOT, source)), source);
          assert.ok(kept.includes(source), `${source} is not in .dockerignore`);
        }
    }
  });

  test(`${file}: the images run as an ordinary user, say how they are, and start a file that is there`, () => {
    assert.ok(targets.length > 0);
    for (const target of targets) {
      const instructions = allOf(stages, target);
      const last = (word: string) => instructions.findLast(([each]) => each === word)?.[1] ?? '';
      assert.equal(last('USER'), 'node');
      assert.match(last('HEALTHCHECK'), /healthcheck\.mjs/);
      const words = JSON.parse(last('CMD')) as string[];
      const script = words.at(-1)!;
      assert.deepEqual(words, ['node', ...HEAP_FLAGS, script]);
      const folders = copies(instructions).flatMap(({ from, sources }) => (from ? [] : sources));
      assert.ok(existsSync(join(ROOT, script)) && folders.includes(script.split('/')[0]!), script);
    }
  });
}

test('the images hold every file that src and workers import', () => {
  const outside = sourcesOf('src', 'workers').flatMap((source) =>
    importsOf(source)
      // of a type nothing is left when Node runs the file
      .filter(({ typeOnly }) => !typeOnly)
      .filter(({ target }) => existsSync(join(ROOT, target)) && !/^(src\/|workers\/|package\.json$)/.test(target))
      .map(({ target }) => `${source.path} imports ${target}`),
  );
  assert.deepEqual(outside, []);
});

test('docker-compose.yml: names that are used are declared', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const other of Object.keys(service.depends_on ?? {})) assert.ok(compose.services[other], `${name}: ${other}`);
    for (const volume of service.volumes ?? [])
      assert.ok(volume.split(':')[0]! in compose.volumes, `${name}: ${volume}`);
    for (const network of service.networks ?? []) assert.ok(network in compose.networks, `${name}: ${network}`);
  }
});

test('docker-compose.yml: our services are given variables that the configuration knows', () => {
  for (const [name, service] of ours)
    for (const variable of Object.keys(service.environment))
      assert.ok(variable in Environment.properties, `${name}: ${variable}`);
});

test('docker-compose.yml: least privilege, health checks, and no port beyond the loopback address', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.read_only, true, name);
    assert.equal(service.init, true, name);
    assert.ok(service.restart, name);
    // Our images carry both; images of others get them here.
    if (!service.build) assert.ok(service.user && service.healthcheck, name);
    for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/);
  }
});

test('docker-compose.yml: Redis keeps jobs over a restart and evicts none', () => {
  const command = compose.services.redis?.command?.join(' ') ?? '';
  assert.match(command, /--appendonly yes/);
  assert.match(command, /--maxmemory-policy noeviction/);
});

test('the health check of the API follows its answer', async (t) => {
  let status = 200;
  const server = createServer((_request, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const check = async () => {
    const env = { ...process.env, PORT: String(port) };
    const child = spawn(process.execPath, [join(ROOT, 'scripts/healthcheck.mjs'), 'api'], { env, stdio: 'inherit' });
    return (await once(child, 'exit'))[0];
  };
  assert.equal(await check(), 0);
  status = 503;
  assert.equal(await check(), 1);
});
