// How an attack's scores are spread over people, before and after, and the curve of what it finds.
import { curveStepAfter, line } from 'd3-shape';
import type { RocPoint, ScoreDistribution } from '../../../domain/distribution.ts';
import { type Html, html } from '../html.ts';
import { frame, px } from './frame.ts';
import { SETS } from './legend.ts';

type When = 'before' | 'after';

const shares = (counts: readonly number[]): number[] => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? [] : counts.map((count) => count / total);
};

function histogram(spread: ScoreDistribution, when: When, most: number): Html {
  const { edges } = spread;
  return frame({
    label: `Scores of the attack ${spread.metric} ${when} unlearning, of the forgotten, of people never seen and of the retained`,
    x: { name: `score ${when}`, domain: [edges[0]!, edges.at(-1)!] },
    y: { name: 'share of people', domain: [0, most] },
    draw: ({ x, y }) =>
      SETS.toReversed().map(({ set }) => {
        const heights = shares(spread[set][when]);
        if (heights.length === 0) return html``;
        const outline = line<number>()
          .curve(curveStepAfter)
          .x((_, i) => px(x(edges[i]!)))
          .y((height) => px(y(height)));
        return html`<path class="line ${set}" d="${outline([...heights, heights.at(-1)!])!}"/>`;
      }),
  });
}

function rocChart({ metric, roc }: ScoreDistribution): Html {
  return frame({
    label: `ROC curve of the attack ${metric}, before and after unlearning`,
    x: { name: 'share of never seen taken for members', domain: [0, 1] },
    y: { name: 'share of forgotten found', domain: [0, 1] },
    draw: ({ x, y }) => {
      const of = (points: readonly RocPoint[]) =>
        line<RocPoint>()
          .x(({ fpr }) => px(x(fpr)))
          .y(({ tpr }) => px(y(tpr)))(points) ?? '';
      return html`<path class="grid" d="M${px(x(0))} ${px(y(0))}L${px(x(1))} ${px(y(1))}"/>
<path class="line before" d="${of(roc.before)}"/><path class="line after" d="${of(roc.after)}"/>`;
    },
  });
}

/** Two histograms on the same axes, and the curve: side by side. */
export function scoreCharts(spread: ScoreDistribution): Html {
  const heights = SETS.flatMap(({ set }) => [...shares(spread[set].before), ...shares(spread[set].after)]);
  const most = Math.max(...heights);
  return html`<div class="charts">${histogram(spread, 'before', most)}${histogram(spread, 'after', most)}${
    spread.roc.after.length > 0 && rocChart(spread)
  }</div>`;
}
