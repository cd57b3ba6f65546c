// Writes openapi/openapi.json from the routes; `--check` exits 1 when the committed file differs.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { methods } from '../src/methods/index.ts';
import { METRICS } from '../src/metrics/index.ts';
import { version } from '../src/version.ts';

const FILE = new URL('../openapi/openapi.json', import.meta.url);

/** A port that must not be touched: the document comes from the schemas alone. */
const untouched = <T extends object>(name: string): T =>
  new Proxy({} as T, {
    get() {
      throw new Error(`The OpenAPI document must not depend on ${name}`);
    },
  });

/** The document as it is committed. */
export async function renderOpenApi(): Promise<string> {
  const app = await buildApp({
    config: readConfig({ LOG_LEVEL: 'silent' }),
    store: untouched('the store'),
    doorbell: untouched('the queue'),
    corpora: untouched('the corpora'),
    checkpoints: untouched('the checkpoints'),
    uploads: untouched('the uploads'),
    subjectKeys: untouched('the subject keys'),
    signer: untouched('the signer'),
    methods,
    metrics: METRICS,
    version,
  });
  try {
    return `${JSON.stringify(app.swagger(), null, 2)}\n`;
  } finally {
    await app.close();
  }
}

async function main(check: boolean): Promise<void> {
  const fresh = await renderOpenApi();
  if (!check) {
    await mkdir(new URL('.', FILE), { recursive: true });
    await writeFile(FILE, fresh);
    return;
  }
  const committed = await readFile(FILE, 'utf8').catch(() => '');
  if (committed === fresh) return;
  console.error('openapi/openapi.json differs from the routes: run `node scripts/openapi.ts` and commit the result.');
  process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.includes('--check'));
