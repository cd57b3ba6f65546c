// Greedy answers and scores of given ones, ours against PyTorch eager on the same weights, in turns of one run.
// `--python PATH`, `--rounds N`, `--json`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { architectures } from '../src/architectures/index.ts';
import { writeSafetensors } from '../src/checkpoints/safetensors.ts';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { table } from '../src/cli/terminal.ts';
import { readConfig } from '../src/config.ts';
import { elementCount } from '../src/domain/engine.ts';
import { createRandom } from '../src/domain/random.ts';
import { createEngine } from '../src/engine/choice.ts';
import { createGenerator } from '../src/training/generate.ts';
import { createScorer, type Scored } from '../src/training/scoring.ts';
import { type Comparison, type GenerationResult, generationPage, HEADINGS, rowOf } from './generation/page.ts';
import { median, type Turn, timed } from './shared/measure.ts';
import { findPythons, type Python, pinningsOf, startTorch } from './shared/torch.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The first is the model of the TOFU benchmark, with as much work as one set of its verification. */
const MODELS = [
  { vocab: 2048, context: 256, width: 192, layers: 4, heads: 6, prompts: 100, newTokens: 60, rows: 300, longest: 140 },
  { vocab: 8192, context: 256, width: 512, layers: 8, heads: 8, prompts: 32, newTokens: 32, rows: 48, longest: 100 },
];
type Model = (typeof MODELS)[number];

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Seeded prompts and records, as token ids. */
function workOf({ vocab, prompts, newTokens, rows, longest }: Model) {
  const random = createRandom(3);
  const ids = (count: number) => Array.from({ length: count }, () => random.int(vocab));
  return {
    prompts: Array.from({ length: prompts }, () => ids(14 + random.int(30))),
    new_tokens: newTokens,
    rows: Array.from({ length: rows }, () => {
      const prompt_length = 14 + random.int(20);
      return { ids: ids(prompt_length + 10 + random.int(longest - 44)), prompt_length };
    }),
  };
}
type Work = ReturnType<typeof workOf>;

async function contestants(model: Model, threads: number, python: Python | null, dir: string) {
  const architecture = architectures.gpt2!;
  const json = {
    ...{ model_type: 'gpt2', vocab_size: model.vocab, n_positions: model.context, n_embd: model.width },
    ...{ n_layer: model.layers, n_head: model.heads, initializer_range: 0.1 },
  };
  const config = architecture.parseConfig(json);
  const weights = architecture.initialise(config, 1);
  const work = workOf(model);
  const [path, spec] = [join(dir, 'model.safetensors'), join(dir, 'spec.json')];
  await writeSafetensors(path, weights);
  await writeFile(spec, JSON.stringify({ config: json, weights: path, threads, ...work }));
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads });
  const state = engine.createState(weights);
  const generate = createGenerator(engine, architecture, config, state);
  const score = createScorer(engine, architecture, config, state);
  const rows = work.rows.map((row) => ({ ids: Int32Array.from(row.ids), promptLength: row.prompt_length }));
  return {
    work,
    parameters: Object.values(weights).reduce((sum, { shape }) => sum + elementCount(shape), 0),
    torch: python === null ? null : await startTorch(python, 'generate.py', spec, pinningsOf(python, threads)[0]!),
    ours: {
      generate: () => generate(work.prompts, { maxNewTokens: model.newTokens, eosId: -1 }),
      score: () => score(rows),
    },
    dispose: () => engine.dispose(),
  };
}

/** Ours, PyTorch, ours, ... after one turn of each that is not counted. */
async function takeTurns<T>(ours: () => Promise<T>, torch: (() => Promise<Turn<unknown>>) | null, rounds: number) {
  const first = await timed(ours);
  const theirs = await torch?.();
  const [mine, others]: Turn<unknown>[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    mine!.push(await timed(ours));
    if (torch) others!.push(await torch());
  }
  const medians = (turns: Turn<unknown>[]) => ({
    seconds: median(turns.map(({ seconds }) => seconds)),
    cpu_seconds: median(turns.map(({ cpu_seconds }) => cpu_seconds)),
  });
  return {
    ours: { ...medians(mine!), first_seconds: first.seconds },
    torch: theirs ? medians(others!) : null,
    results: { ours: first.result, torch: theirs?.result },
  };
}

function sameTokens(ours: number[][], torch: number[][]): number {
  const pairs = ours.flatMap((answer, i) => answer.map((token, t) => token === torch[i]![t]));
  return pairs.filter(Boolean).length / pairs.length;
}
function sameScores(ours: Scored[], torch: number[]): number {
  const same = ours.filter(({ logProbs }, i) => {
    const total = logProbs.reduce((sum, value) => sum + value, 0);
    return Math.abs(total - torch[i]!) <= 1e-3 * logProbs.length;
  });
  return same.length / ours.length;
}

async function compare(model: Model, threads: number, python: Python | null, dir: string): Promise<Comparison[]> {
  const { work, parameters, torch, ours, dispose } = await contestants(model, threads, python, dir);
  const rounds = Number(flags.rounds);
  const turn = (name: 'generate' | 'score') => torch && (() => torch.turn<unknown>(name));
  const generated = await takeTurns(ours.generate, turn('generate'), rounds);
  const scored = await takeTurns(ours.score, turn('score'), rounds);
  await torch?.close();
  await dispose();
  const name = `${(parameters / 1e6).toFixed(1)}M`;
  const answers = (of: Work) => of.rows.reduce((sum, { ids, prompt_length }) => sum + ids.length - prompt_length, 0);
  const both = <T>(results: { ours: unknown; torch: unknown }, same: (ours: never, torch: never) => T) =>
    results.torch === undefined ? null : same(results.ours as never, results.torch as never);
  return [
    {
      ...{ model: name, threads, work: 'generate', tokens: model.prompts * model.newTokens },
      ...{ ours: generated.ours, torch: generated.torch, agreement: both(generated.results, sameTokens) },
    },
    {
      ...{ model: name, threads, work: 'score', tokens: answers(work) },
      ...{ ours: scored.ours, torch: scored.torch, agreement: both(scored.results, sameScores) },
    },
  ];
}

async function main(): Promise<void> {
  const python = findPythons(ROOT, flags.python === undefined ? undefined : [flags.python])[0] ?? null;
  if (python === null) say('No Python with torch (--python PATH, data/torch, python3): only our own times.');
  const dir = join(readConfig().dataDir, 'bench-generation');
  await mkdir(dir, { recursive: true });
  const comparisons: Comparison[] = [];
  for (const model of MODELS)
    for (const threads of [1, 2]) comparisons.push(...(await compare(model, threads, python, dir)));
  await rm(dir, { recursive: true });
  const result: GenerationResult = {
    date: new Date().toISOString().slice(0, 10),
    torch: python?.name ?? null,
    rounds: Number(flags.rounds),
    comparisons,
  };
  await writeFile(join(ROOT, 'docs', 'generation-benchmarks.md'), generationPage(result));
  say(table([HEADINGS, ...comparisons.map(rowOf)], ['left', 'right', 'left']));
  if (flags.json) say(JSON.stringify(result));
}

enterSharedHeap();
await main();
