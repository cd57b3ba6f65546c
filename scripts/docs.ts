// Writes the generated pages of docs/; `--check` exits 1 when a committed page differs.
import { readFile, writeFile } from 'node:fs/promises';
import { architecturesPage } from './docs-architectures.ts';
import { enginePage } from './docs-engine.ts';
import { configurationPage, errorsPage, methodsPage, metricsPage } from './docs-pages.ts';
import { sisaPage } from './docs-sisa.ts';
import { sizesPage } from './docs-sizes.ts';

const PAGES: Record<string, () => string | Promise<string>> = {
  'architectures.md': architecturesPage,
  'configuration.md': configurationPage,
  'engine.md': enginePage,
  'errors.md': errorsPage,
  'methods.md': methodsPage,
  'metrics.md': metricsPage,
  'sisa.md': sisaPage,
  'sizes.md': sizesPage,
};

let stale = 0;
for (const [name, render] of Object.entries(PAGES)) {
  const file = new URL(`../docs/${name}`, import.meta.url);
  const fresh = await render();
  if (!process.argv.includes('--check')) {
    await writeFile(file, fresh);
    continue;
  }
  if ((await readFile(file, 'utf8').catch(() => '')) === fresh) continue;
  console.error(`docs/${name} differs from the sources: run \`npm run docs\` and commit the result.`);
  stale += 1;
}
process.exitCode = stale > 0 ? 1 : 0;
