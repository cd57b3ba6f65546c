// What commands print with: colours, tables, progress. Knows nothing of the service.
import { stripVTControlCharacters, styleText } from 'node:util';

/** The part of a stream that is needed; process.stdout and process.stderr fit. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const COLOURS = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;
export type Colour = (typeof COLOURS)[number];
export type Palette = Record<Colour, (text: string) => string>;

/** Colours for a terminal; plain text for pipes, for files and where NO_COLOR is set. */
export function palette(output: Output, env: NodeJS.ProcessEnv = process.env): Palette {
  const on = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint = (colour: Colour) => (text: string) => (on ? styleText(colour, text, { validateStream: false }) : text);
  return Object.fromEntries(COLOURS.map((colour) => [colour, paint(colour)])) as Palette;
}

/** Characters that show, colours left out. Fits the texts printed here; wide scripts count as one. */
const visible = (text: string): number => [...stripVTControlCharacters(text)].length;

export type Alignment = 'left' | 'right';

/**
 * Rows with columns as wide as their widest cell, two spaces between, one line a row. The first row is the heading
 * and gets a rule below; `align` counts from the left and defaults to left.
 */
export function table(rows: readonly (readonly string[])[], align: readonly Alignment[] = []): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, visible(cell));
    });
  const line = (row: readonly string[]) =>
    widths
      .map((width, i) => {
        const cell = row[i] ?? '';
        const gap = ' '.repeat(width - visible(cell));
        return align[i] === 'right' ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [heading, ...body] = rows.map(line);
  return heading === undefined ? '' : [heading, rule, ...body].map((text) => `${text}\n`).join('');
}

/** `42 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const pad = (n: number) => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** `512 B`, `3.4 kB`, `1.2 GB`: powers of 1000. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  while (value >= 999.5 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  const digits = Number.isInteger(value) || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[0]}`;
}

export interface ProgressBar {
  /** `fraction` in [0, 1], or null when the end is not known. */
  update(fraction: number | null, text?: string): void;
  /** Ends the bar and leaves `text` in its place. Later calls do nothing. */
  done(text?: string): void;
}

const BAR_WIDTH = 28;
const REDRAW_MS = 80;
const LINE_EVERY_MS = 5000;

function drawBar(label: string, fraction: number | null, text: string): string {
  if (fraction === null) return `${label}  ${text}`;
  const share = Math.min(1, Math.max(0, fraction));
  const full = Math.round(share * BAR_WIDTH);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  return `${label} [${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]${percent}  ${text}`;
}

/** One line that redraws itself on a terminal; elsewhere a line at the start, at the end and every five seconds. */
export function progressBar(output: Output, label: string, now: () => number = Date.now): ProgressBar {
  const live = output.isTTY === true;
  let last = Number.NEGATIVE_INFINITY;
  let ended = false;
  // a line longer than the window would wrap and could not be redrawn
  const fit = (line: string) => line.trimEnd().slice(0, Math.max(20, (output.columns ?? 100) - 1));
  return {
    update(fraction, text = '') {
      if (ended || now() - last < (live ? REDRAW_MS : LINE_EVERY_MS)) return;
      last = now();
      const line = drawBar(label, fraction, text);
      output.write(live ? `\r\x1b[2K${fit(line)}` : `${line.trimEnd()}\n`);
    },
    done(text) {
      if (ended) return;
      ended = true;
      if (live) output.write('\r\x1b[2K');
      if (text !== undefined) output.write(`${text}\n`);
    },
  };
}
