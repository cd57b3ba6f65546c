// The three sets in every chart: by colour, and by dash for print without colour.
import { type Html, html } from '../html.ts';

export const SETS = [
  { set: 'forget', words: 'forgotten' },
  { set: 'holdout', words: 'never seen' },
  { set: 'retain', words: 'retained' },
] as const;

/** One line of what the lines of the charts above it are. */
export const legend = (entries: readonly { set: string; words: string }[] = SETS): Html =>
  html`<p class="legend">${entries.map(
    ({ set, words }) =>
      html`<span><svg width="28" height="8" aria-hidden="true"><path class="line ${set}" d="M1 4H27"/></svg> ${words}</span>`,
  )}</p>`;
