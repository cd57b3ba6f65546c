// Losses over the steps of a run; every attempt and phase is a stretch of its own.
import { line } from 'd3-shape';
import type { CurvePoint } from '../../../domain/resources.ts';
import { type Html, html } from '../html.ts';
import { frame, INSET, px, SIZE } from './frame.ts';

interface Stretch {
  phase: string;
  /** Steps of all stretches before. */
  from: number;
  points: CurvePoint[];
}

/** A new stretch begins where the phase changes, or where steps are counted from the start again. */
export function stretches(curve: readonly CurvePoint[]): Stretch[] {
  const found: Stretch[] = [];
  for (const point of curve) {
    if (point.forget_loss === null && point.retain_loss === null) continue;
    const last = found.at(-1);
    const before = last?.points.at(-1);
    if (last && before && last.phase === point.phase && point.step > before.step) last.points.push(point);
    else {
      const goesOn = last && before && last.phase !== point.phase && point.step > before.step;
      found.push({
        phase: point.phase,
        from: last && before ? (goesOn ? last.from : last.from + before.step) : 0,
        points: [point],
      });
    }
  }
  return found;
}

/** Null where the run has no losses: it edited weights once, or has not begun. */
export function lossChart(curve: readonly CurvePoint[]): Html | null {
  const parts = stretches(curve);
  if (parts.length === 0) return null;
  const points = parts.flatMap((one) => one.points);
  const losses = points.flatMap((one) => [one.forget_loss, one.retain_loss]).filter((loss) => loss !== null);
  const last = parts.at(-1)!;
  return frame({
    label: 'Losses of the forget and of the retain set over the steps of the run',
    x: { name: 'step', domain: [0, last.from + last.points.at(-1)!.step] },
    y: { name: 'loss, nats a token', domain: [Math.min(0, ...losses), Math.max(...losses)] },
    width: 700,
    draw: ({ x, y }) =>
      parts.map(({ phase, from, points }, i) => {
        const path = (of: 'forget_loss' | 'retain_loss') =>
          line<CurvePoint>()
            .defined((point) => point[of] !== null)
            .x((point) => px(x(from + point.step)))
            .y((point) => px(y(point[of]!)))(points) ?? '';
        const start = px(x(from + (i === 0 ? 0 : points[0]!.step)));
        return html`${i > 0 && html`<path class="border" d="M${start} ${INSET.top}V${SIZE.height - INSET.bottom}"/>`}
<text class="phase" x="${start + 4}" y="${INSET.top - 5}">${phase}</text>
<path class="line forget" d="${path('forget_loss')}"/><path class="line retain" d="${path('retain_loss')}"/>`;
      }),
  });
}
