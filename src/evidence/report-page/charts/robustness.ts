// What an attack on the weights brought back, against people never seen.
import { line } from 'd3-shape';
import type { RobustnessCurve } from '../../../domain/robustness.ts';
import { type Html, html } from '../html.ts';
import { frame, px } from './frame.ts';

type Point = RobustnessCurve['points'][number];
const SETS = ['holdout', 'forget'] as const;

/** Null where nothing was measured. */
export function robustnessChart({ attack, unit, metric, points }: RobustnessCurve): Html | null {
  if (points.length === 0) return null;
  const ats = points.map(({ at }) => at);
  return frame({
    label: `What ${attack} brings back of the forgotten and of people never seen`,
    x: { name: unit, domain: [Math.min(...ats), Math.max(...ats)] },
    y: { name: metric, domain: [0, 1] },
    draw: ({ x, y }) =>
      SETS.map((set) => {
        const seen = points.filter((point) => point[set] !== null);
        const path = line<Point>()
          .x(({ at }) => px(x(at)))
          .y((point) => px(y(point[set]!)));
        return html`<path class="line ${set}" d="${path(seen) ?? ''}"/>${seen.map(
          (point) => html`<circle class="${set}" cx="${px(x(point.at))}" cy="${px(y(point[set]!))}" r="2"/>`,
        )}`;
      }),
  });
}
