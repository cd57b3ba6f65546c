// What all charts share: a box with axes, ticks and their names, as SVG with a text for who cannot see it.
import { scaleLinear } from 'd3-scale';
import { type Html, html } from '../html.ts';
import { shown } from '../numbers.ts';

export const SIZE = { width: 340, height: 220 };
export const INSET = { left: 46, right: 10, top: 16, bottom: 40 };

export interface Axes {
  /** Position of a value, in pixels of the drawing. */
  x: (value: number) => number;
  y: (value: number) => number;
}

interface Frame {
  /** What is drawn, in one sentence. */
  label: string;
  x: { name: string; domain: readonly [number, number] };
  y: { name: string; domain: readonly [number, number] };
  /** Width, where it is not that of a small chart. */
  width?: number;
  draw: (axes: Axes) => Html | readonly Html[];
}

/** Positions in tenths of a pixel: no eye sees more, and the page stays small. */
export const px = (value: number): number => Math.round(value * 10) / 10;

/** A chart of `draw` within axes. A domain without extent gets one. */
export function frame({ label, x, y, width = SIZE.width, draw }: Frame): Html {
  const { height } = SIZE;
  const [right, bottom] = [width - INSET.right, height - INSET.bottom];
  const wide = ([low, high]: readonly [number, number]): [number, number] =>
    low === high ? [low, low + 1] : [low, high];
  const across = scaleLinear().domain(wide(x.domain)).range([INSET.left, right]);
  const up = scaleLinear().domain(wide(y.domain)).range([bottom, INSET.top]);
  const [below, beside] = [across.ticks(Math.max(3, Math.floor(width / 80))), up.ticks(5)];
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
<path class="axis" d="M${INSET.left} ${INSET.top}V${bottom}H${right}"/>
${below.map((value) => html`<text class="tick" x="${px(across(value))}" y="${bottom + 14}" text-anchor="middle">${shown(value)}</text>`)}
${beside.map(
  (value) => html`<path class="grid" d="M${INSET.left} ${px(up(value))}H${right}"/>
<text class="tick" x="${INSET.left - 5}" y="${px(up(value) + 3.5)}" text-anchor="end">${shown(value)}</text>`,
)}
<text class="name" x="${px((INSET.left + right) / 2)}" y="${height - 6}" text-anchor="middle">${x.name}</text>
<text class="name" transform="translate(11 ${px((INSET.top + bottom) / 2)}) rotate(-90)" text-anchor="middle">${y.name}</text>
${draw({ x: across, y: up })}
</svg>`;
}
