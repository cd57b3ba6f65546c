// docs/verify-benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';
import type { ScoringResult } from './scoring.ts';
import type { ShareResult, TotalResult } from './totals.ts';

export interface VerifyBenchResult {
  date: string;
  torch: string | null;
  rounds: number;
  /** Processes that wanted a core, on average over the last quarter of an hour: other work on the machine, above the benchmark’s own. */
  load: number;
  scoring: ScoringResult[];
  totals: TotalResult[];
  shares: ShareResult[];
}

const number = (value: number) => String(Number(value.toPrecision(3)));
const percent = (share: number) => `${Math.round(100 * share)} %`;
const markdown = (headings: string[], rows: string[][]) =>
  [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Columns of PyTorch only where there was one. */
function scoringTable({ torch, scoring }: VerifyBenchResult): string {
  const headings = ['model', 'weights', 'threads', 'records', 'answer tokens', 'records a second', 'first turn s'];
  const theirs =
    torch === null ? [] : [`${torch} records a second`, 'ours / PyTorch', 'by CPU time', 'log p differs by'];
  return markdown(
    [...headings, ...theirs],
    scoring.map((one) => [
      ...[one.model, `${number(one.parameters / 1e6)}M`, String(one.threads), String(one.rows), String(one.tokens)],
      ...[number(one.rows / one.ours.seconds), number(one.ours.first_seconds)],
      ...(one.torch === null
        ? theirs.map(() => '–')
        : [
            number(one.rows / one.torch.seconds),
            number(one.torch.seconds / one.ours.seconds),
            number(one.torch.cpu_seconds / one.ours.cpu_seconds),
            one.difference!.toExponential(0),
          ]),
    ]),
  );
}

function totalsTable({ totals }: VerifyBenchResult): string {
  const parts = [...new Set(totals.flatMap((one) => one.parts.map(({ part }) => part)))];
  const seconds = ({ parts: of }: TotalResult, part: string) => {
    const found = of.find((one) => one.part === part);
    return found ? number(found.seconds) : '–';
  };
  return markdown(
    ['forgotten people', 'records: forgotten, retained, never seen', 'seconds', 'of CPU', ...parts],
    totals.map((one) => [
      ...[String(one.people), Object.values(one.records).join(', '), number(one.seconds), number(one.cpu_seconds)],
      ...parts.map((part) => seconds(one, part)),
    ]),
  );
}

const sharesTable = ({ shares }: VerifyBenchResult): string =>
  markdown(
    [
      'forgotten people',
      'policy',
      'method',
      'method CPU s',
      'verification CPU s',
      'share',
      'by the clock',
      'planned',
      'left out',
    ],
    shares.map((one) => [
      ...[String(one.people), one.policy, one.method, number(one.method_seconds), number(one.verifying_seconds)],
      ...[percent(one.share), percent(one.clock_share), one.planned_share === null ? '–' : percent(one.planned_share)],
      one.left_out.join('; ') || 'nothing',
    ]),
  );

export function verifyPage(result: VerifyBenchResult): string {
  const { date, torch, rounds, load } = result;
  return `${[
    '# What verification takes',
    'Written by `npm run bench:verify`; do not edit. Times are of single runs on a shared machine: read the ratios.',
    `${date}, ${cpus().length} cores, which ${number(load)} processes wanted on average: the more above one, the less say the seconds, and only shares and ratios can be read.`,
    '## One pass',
    `Medians of ${rounds} rounds${torch === null ? '' : ` in which ours and ${torch} take turns, on the same weights, rows, batches of 64 and threads`}. A turn scores every record once and works out of it all that the verifier takes from one pass: probability, exact memorization, extraction strength, loss, Min-K % and Min-K%++ of each record, and the sums of the calibration error.${torch === null ? ' There was no Python with torch to compare with.' : ' PyTorch runs eagerly, with fused attention, and works out the metrics of a batch as a whole. Ratios above 1: ours scores more in the time; other work on the machine disturbs the one by CPU time less. Log-probabilities that differ by more than 0.0001 fail the benchmark.'} The first turn of ours includes compiling its graphs.`,
    scoringTable(result),
    '## Whole verifications',
    `Of a model like the demo’s that knows 200 invented people, and one from which a hundred were pushed away for a few steps; everything that the standard policy asks for, medians of ${rounds} rounds. Each is a job as a compute process gets it, from files to the report; columns are seconds of its parts ([verification.md](verification.md#what-it-takes)).`,
    totalsTable(result),
    '## Share of a run',
    'The method and its verification, each as planned for a run: first with no bound, then by the standard policy (`max_share_of_run` 0.5) with the paces of the first run. Starting two processes is left out of both.',
    sharesTable(result),
  ].join('\n\n')}\n`;
}
