// Writes the generated pages of docs/; `--check` exits 1 when a committed page differs.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { architecturesPage } from './docs-architectures.ts';
import { authenticationPage } from './docs-authentication.ts';
import { enginePage } from './docs-engine.ts';
import { metaEvaluation } from './docs-meta-evaluation.ts';
import { methodPages } from './docs-methods.ts';
import { opendsrPage } from './docs-opendsr.ts';
import { configurationPage, errorsPage, metricsPage } from './docs-pages.ts';
import { requestsPage } from './docs-requests.ts';
import { sisaPage } from './docs-sisa.ts';
import { sizesPage } from './docs-sizes.ts';
import { webhooksPage } from './docs-webhooks.ts';

const PAGES: Record<string, () => string | Promise<string>> = {
  'architectures.md': architecturesPage,
  'authentication.md': authenticationPage,
  'configuration.md': configurationPage,
  'engine.md': enginePage,
  'errors.md': errorsPage,
  'metrics.md': () => metricsPage(metaEvaluation()),
  'opendsr.md': opendsrPage,
  'requests.md': requestsPage,
  'sisa.md': sisaPage,
  'sizes.md': sizesPage,
  'webhooks.md': webhooksPage,
  ...methodPages(),
};

const CHECK = process.argv.includes('--check');
const DOCS = new URL('../docs/', import.meta.url);
let stale = 0;
const complain = (name: string, what: string) => {
  console.error(`docs/${name} ${what}: run \`npm run docs\` and commit the result.`);
  stale += 1;
};

await mkdir(new URL('methods', DOCS), { recursive: true });
for (const [name, render] of Object.entries(PAGES)) {
  const file = new URL(name, DOCS);
  const fresh = await render();
  if (!CHECK) await writeFile(file, fresh);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== fresh) complain(name, 'differs from the sources');
}
// pages of methods that there are no longer
for (const entry of await readdir(new URL('methods', DOCS))) {
  const name = `methods/${entry}`;
  if (Object.hasOwn(PAGES, name)) continue;
  if (CHECK) complain(name, 'is of no method');
  else await rm(new URL(name, DOCS));
}
process.exitCode = stale > 0 ? 1 : 0;
