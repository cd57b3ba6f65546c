// Every registered method with its defaults, on invented people and on the TOFU questions, held against models retrained without the
// forgotten. What is done is kept in the work folder and not done again: `--fresh` starts the named methods anew.
// `--params JSON` tries other parameters than the defaults, which then come on no page.
// `--data synthetic|tofu`, `--seeds 1,2`, `--only NAME,NAME`, `--tofu DIR`, `--work DIR`, `--page`, `--json`.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/terminal.ts';
import { readConfig } from '../src/config.ts';
import { chooseBackend } from '../src/engine/choice.ts';
import { getMethod, methods } from '../src/methods/index.ts';
import { writePage } from './methods/kept.ts';
import { cellsOf, HEADINGS, heldCells } from './methods/page.ts';
import { prepare } from './methods/prepare.ts';
import { forgetRow, type MethodRow, methodRow, type Rows, retraining, settingRow } from './methods/rows.ts';
import { type Setting, syntheticPeople, tofuAuthors } from './methods/settings.ts';
import { findData } from './tofu/data.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'synthetic,tofu' },
    seeds: { type: 'string', default: '1,2' },
    only: { type: 'string', default: '' },
    tofu: { type: 'string' },
    work: { type: 'string' },
    params: { type: 'string', default: '{}' },
    fresh: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const tell = (text: string) => process.stderr.write(`${text}\n`);
const list = (text: string) => text.split(',').filter((word) => word !== '');

function chosenMethods(): string[] {
  const named = list(flags.only).map((name) => getMethod(name).name);
  return named.length > 0 ? named : Object.keys(methods);
}

/** Settings in the order they are asked for; data that is not there is skipped with a line that says so. */
function settings(): Setting[] {
  const seeds = list(flags.seeds).map(Number);
  if (!seeds.every((seed) => Number.isSafeInteger(seed) && seed > 0))
    throw new RangeError('--seeds must be whole numbers');
  return list(flags.data).flatMap((data): Setting[] => {
    if (data === 'synthetic') return seeds.map(syntheticPeople);
    if (data !== 'tofu') throw new RangeError(`--data must be synthetic or tofu, not ${data}`);
    const source = findData(flags.tofu, ROOT);
    return source === null ? [] : seeds.map((seed) => tofuAuthors(source, seed));
  });
}

const given = JSON.parse(flags.params) as Record<string, unknown>;
if (flags.page && Object.keys(given).length > 0) throw new RangeError('--page is for the defaults: leave --params out');
const config = readConfig();
const { backend } = await chooseBackend(config.compute);
const work = resolve(flags.work ?? join(config.dataDir, 'bench-methods'));
const found: Rows = { settings: [], methods: [] };
for (const setting of settings()) {
  const prepared = await prepare(setting, work, { ...config.compute, backend }, tell);
  const names = chosenMethods();
  if (flags.fresh) for (const name of names) await forgetRow(prepared, name, given);
  const base = await retraining(prepared);
  const against = settingRow(prepared, base);
  const own: MethodRow[] = [];
  for (const name of names) own.push(await methodRow(prepared, name, base, given));
  found.settings.push(against);
  found.methods.push(...own);
  say(`\n${setting.data}, seed ${setting.seed}\n`);
  say(table([HEADINGS, ...heldCells(against), ...own.map(cellsOf)]));
}
if (flags.page) await writePage(ROOT, found);
if (flags.json) say(JSON.stringify(found));
