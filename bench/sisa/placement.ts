// Likely people placed together against places that are drawn: what removals are expected to cost, and what they cost.
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { table } from '../../src/cli/terminal.ts';
import { placeCorpus } from '../../src/compute/place-corpus.ts';
import type { UnlearnResult } from '../../src/domain/compute.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { LikelyPlacement } from '../../src/training/sisa/likely.ts';
import type { BenchKind, Place } from './kinds.ts';

const SIZE = { shards: 5, slices: 4 };
/** As `learn` places. */
const SEED = 1;
const LIKELY = 10;
const LIKELIHOOD = 0.3;
/** Draws of who asks; those of each draw are removed in one run. */
const ROUNDS = 5;

export interface PlacementRow {
  placement: 'drawn' | 'likely together';
  /** Shards that likely people stand in. */
  shards: number | null;
  expected_share: number;
  /** Of the training's steps, mean over the draws. */
  measured_share: number;
  removal_seconds: number;
}

const personOf = (record: BenchKind['train'][number]): string => record.subjects![0]!.value!;

/** Who asks in each draw: somebody in each, since a run without anybody is none. */
function draws(people: readonly string[]): string[][] {
  const random = createRandom(11);
  return Array.from({ length: ROUNDS }, () => people.filter(() => random.next() < LIKELIHOOD));
}

export async function measurePlacements(
  kind: BenchKind,
  place: Place,
  remove: (parent: string, people: string[]) => Promise<UnlearnResult>,
): Promise<PlacementRow[]> {
  const all = [...new Set(kind.train.map(personOf))];
  const likely = all.filter((_, i) => i % (all.length / LIKELY) === 0);
  const file = join(place.dir, 'likely.ndjson');
  const lines = likely.map((value) => `${JSON.stringify({ type: 'email', value, likelihood: LIKELIHOOD })}\n`);
  await writeFile(file, lines.join(''));
  let about: LikelyPlacement['about'] | undefined;
  await placeCorpus(kind.train, { ...SIZE, placement: null, likely: file }, SEED, (told) => {
    about = told;
  });
  const rows: PlacementRow[] = [];
  for (const placement of ['drawn', 'likely together'] as const) {
    const together = placement === 'likely together';
    const out = together ? 'model-likely' : 'model-drawn';
    const { steps } = await kind.learn(place, out, { ...SIZE, placement: null, likely: together ? file : null });
    let [again, seconds] = [0, 0];
    for (const people of draws(likely)) {
      if (people.length === 0) continue;
      const { curve, seconds: spent } = await remove(out, people);
      again += (curve.at(-1)?.step ?? 0) / steps / ROUNDS;
      seconds += Object.values(spent).reduce((sum, one) => sum + one, 0) / ROUNDS;
    }
    rows.push({
      ...{ placement, shards: together ? about!.shards : null, removal_seconds: seconds, measured_share: again },
      expected_share: together ? about!.expected_share : about!.drawn_share,
    });
  }
  return rows;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const HEADINGS = ['placement', 'shards with likely people', 'steps again, expected', 'measured', 'removal s'];
const cellsOf = (row: PlacementRow): string[] => [
  ...[row.placement, row.shards === null ? '–' : String(row.shards), percent(row.expected_share)],
  ...[percent(row.measured_share), row.removal_seconds.toFixed(2)],
];

export const placementTable = (rows: readonly PlacementRow[]): string => table([HEADINGS, ...rows.map(cellsOf)]);

export function placementPage(rows: readonly PlacementRow[]): string {
  const lines = [HEADINGS, HEADINGS.map(() => '---'), ...rows.map(cellsOf)];
  return `${[
    '# Likely people placed together, measured',
    'Written by `npm run bench:sisa` (alone: `-- --only placement`); do not edit.',
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores. A classifier of 60 invented people with 6 records each, ${SIZE.shards} shards of ${SIZE.slices} slices. ${LIKELY} of them are likely to ask for deletion, with ${LIKELIHOOD} each; in ${ROUNDS} draws of who does, those who ask are removed in one run by \`sisa\`. "Expected" is over all draws ([sisa.md](sisa.md), \`src/training/sisa/cost.ts\`), "measured" the mean of these ${ROUNDS}.`,
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n')}\n`;
}
