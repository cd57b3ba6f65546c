// Is the verifier to be believed? Candidates of which it is known what they are, judged by its own rules; and each metric by what
// it tells apart. `--json`, `--page`, `--models N`.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { loadWeights } from '../src/compute/checkpoint.ts';
import { readConfig } from '../src/config.ts';
import type { HostTensors } from '../src/domain/engine.ts';
import { PRESETS } from '../src/domain/policies.ts';
import { createEngine } from '../src/engine/choice.ts';
import { broken, refusing, relearned, rounded, trained, trainedAgain, unlearned } from './verifier/candidates.ts';
import { shadowsFor } from './verifier/companions.ts';
import { type Judgement, openJudge } from './verifier/judge.ts';
import { metaResults } from './verifier/meta.ts';
import { KINDS, type Kind, type VerifierResult, verifierPage } from './verifier/page.ts';
import { openScene, type Place, type Scene, writeSets } from './verifier/scene.ts';
import type { Play } from './verifier/strangers.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    models: { type: 'string', default: '20' },
  },
});
const say = (text: string) => void (flags.json || process.stdout.write(`${text}\n`));
/** Whose metrics are tried on changed weights: each takes an unlearning. */
const CHANGED = 5;
const POLICIES = Object.fromEntries(Object.entries(PRESETS).map(([name, { policy }]) => [name, policy]));

interface Found {
  found: Judgements;
  plays: Play[];
}
type Judgements = Record<Kind | 'retrained, relearned' | 'unlearned, relearned' | 'unlearned, 4 bits', Judgement[]>;

async function aboutPerson(scene: Scene, parent: string, person: number, { found, plays }: Found) {
  const setsFile = await writeSets(scene, person);
  // a training has an engine of its own, and there is one at a time
  const everybody = await writeSets(scene, null);
  const retrained = await trainedAgain(scene, parent, setsFile, `without-${person}`, 1000 + person);
  const again = await trainedAgain(scene, parent, everybody, `with-${person}`, 2000 + person);
  const references = [await trainedAgain(scene, parent, setsFile, `reference-${person}`, 3000 + person)];
  const forgot = person < CHANGED ? await unlearned(scene, parent, setsFile, `unlearned-${person}`) : null;
  const shadows = forgot === null ? [] : await shadowsFor(scene, parent, setsFile, `shadow-${person}`);
  const engine = await createEngine(scene);
  const { judge, play } = await openJudge(engine, scene, { parent, setsFile, references, shadows }, POLICIES);
  const add = async (kind: keyof Judgements, weights: HostTensors, exact = false) => {
    const judgement = await judge(weights, exact);
    found[kind].push(judgement);
    const { verdict, reason } = judgement.verdicts.standard!;
    say(`person ${person}, ${kind}: ${verdict}${verdict === 'passed' ? '' : `, ${reason}`}`);
  };
  await add('retrained', await loadWeights(retrained));
  plays.push(...(await play(await loadWeights(retrained))));
  await add('retrained, declared exact', await loadWeights(retrained), true);
  await add('trained with the person', await loadWeights(again));
  await add('left as it was', await loadWeights(parent));
  await add('broken by gradient ascent', await broken(engine, scene, parent, setsFile));
  await add('taught to refuse', await refusing(engine, scene, parent, setsFile));
  if (forgot !== null) {
    await add('unlearned', await loadWeights(forgot));
    await add('unlearned, 4 bits', await rounded(forgot));
    await add('unlearned, relearned', await relearned(engine, scene, forgot, setsFile));
    await add('retrained, relearned', await relearned(engine, scene, retrained, setsFile));
  }
  await engine.dispose();
}

async function main(): Promise<void> {
  enterSharedHeap();
  const { dataDir, compute } = readConfig();
  const place: Place = { dir: join(dataDir, 'bench-verifier'), backend: 'onnxruntime/cpu', threads: compute.threads };
  await rm(place.dir, { recursive: true, force: true });
  const scene = await openScene(place);
  const parent = await trained(scene, 'parent', 3);
  const found = Object.fromEntries(
    [...KINDS, 'retrained, relearned', 'unlearned, relearned', 'unlearned, 4 bits'].map((kind) => [kind, []]),
  ) as unknown as Judgements;
  const plays: Play[] = [];
  for (let person = 0; person < Number(flags.models); person++)
    await aboutPerson(scene, parent, person, { found, plays });
  await rm(place.dir, { recursive: true, force: true });
  const result: VerifierResult = { date: new Date().toISOString().slice(0, 10), found, plays };
  const text = verifierPage(result);
  say(text);
  if (flags.page) {
    await writeFile(join(ROOT, 'docs', 'verifier-benchmarks.md'), text);
    // docs/metrics.md is made from these: npm run docs
    const results = `${JSON.stringify(metaResults(result), null, 2)}\n`;
    await writeFile(join(ROOT, 'bench', 'verifier', 'results.json'), results);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}

await main();
