// The tables of the engine's benchmark, and docs/engine-benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';
import type { OperatorTime } from './profile.ts';
import type { SideResult } from './result.ts';

export interface EngineResult {
  date: string;
  cpu: string;
  cores: number;
  versions: Record<string, string>;
  results: SideResult[];
  profiles: { model: string; threads: number; operators: OperatorTime[] }[];
  /** How each PyTorch got its threads, and sides that could not take part. */
  pinnings: string[];
  absent: string[];
}

const number = (value: number) => value.toPrecision(3);
const or = (value: number | null | undefined, text: (value: number) => string = number) =>
  value === null || value === undefined ? '–' : text(value);
const mebibytes = (bytes: number) => String(Math.round(bytes / 2 ** 20));

export const HEADINGS = [
  ...['model', 'threads', 'side', 'step s', 'ratio', 'of CPU', 'forward s', 'ratio', 'loaded MiB', 'peak MiB', 'ratio'],
  ...['first step s', 'traced', 'compiled', 'loss differs by', 'floor s', 'step / floor', 'GFLOP/s'],
];
export const rowOf = (result: SideResult): string[] => {
  const { step, forward, ratios, floor_seconds: floor } = result;
  return [
    ...[result.model, String(result.threads), result.side],
    ...[number(step.seconds), or(ratios?.step), or(ratios?.step_cpu)],
    ...[number(forward.seconds), or(ratios?.forward)],
    ...[mebibytes(result.loaded_bytes), mebibytes(result.peak_bytes), or(ratios?.memory)],
    ...[number(result.first_step_seconds), or(result.tracing_seconds), or(result.compile_seconds)],
    or(result.loss_difference, (value) => value.toExponential(0)),
    ...[number(floor), number(step.seconds / floor), number(result.product_rate / 1e9)],
  ];
};

const TOP = 10;
export const PROFILE_HEADINGS = ['model', 'threads', 'operator', 'calls a step', 'ms a step', 'share'];
export const profileRows = ({ model, threads, operators }: EngineResult['profiles'][number]): string[][] =>
  operators
    .slice(0, TOP)
    .map(({ operator, calls, seconds, share }) => [
      ...[model, String(threads), operator, calls === 0 ? '–' : String(calls)],
      ...[number(1000 * seconds), `${(100 * share).toFixed(1)} %`],
    ]);

const lines = (items: string[]) => items.map((line) => `- ${line}`).join('\n');
const markdown = (headings: string[], rows: string[][]) =>
  [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export function enginePage({ date, cpu, cores, versions, results, profiles, pinnings, absent }: EngineResult): string {
  const software = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const missing = absent.length > 0 ? ['Not in the table:', lines(absent)] : [];
  return `${[
    '# Training speed',
    'Written by `npm run bench:engine`; do not edit. Times are of one run on a shared machine: read the ratios.',
    `${date}; ${cpu}, ${cores} cores; ${software}.`,
    'All sides train the same GPT-2 from the same weights on the same batches, with the same AdamW and global-norm clipping, each in a process of its own, and take turns; a difference of the loss curves above 0.001 fails the benchmark. Ratios are ours over theirs, medians of the rounds’ ratios; below 1 we are faster or smaller. `of CPU` compares the time of all threads, which other work on the machine disturbs less. `forward` is the loss alone, without gradients. Memory is what the process held at most: with the weights loaded, which counts its libraries (those of PyTorch from PyPI include CUDA’s), and after training, before forward passes. The first step includes tracing and compiling it.',
    'PyTorch runs eagerly with its fused attention and fused optimizer where the build has them (1.13 has neither), linear layers in its own layout; `torch.compile` was tried once, at 3.4M on one thread, and took the same time. With one thread everything has one; with more, the usual way to pin them and a waiting policy that leaves the cores alone were tried at the first size, and the faster one taken:',
    lines(pinnings),
    markdown(HEADINGS, results.map(rowOf)),
    'The floor is what the matrix products of a step would take at the speed of one product of (tokens, width) by (width, 4 width), the fastest of thirty, in the same side’s process.',
    ...missing,
    '## Where our step’s time goes',
    'ONNX Runtime’s profile of a training step by type of operator, in a process of its own; the ten longest.',
    markdown(PROFILE_HEADINGS, profiles.flatMap(profileRows)),
  ].join('\n\n')}\n`;
}

export const machine = () => ({ cpu: cpus()[0]?.model.trim() || 'CPU', cores: cpus().length });
