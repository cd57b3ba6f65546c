// What the verification took, and what it did not measure for want of time.
import type { VerificationReport } from '../../domain/verification.ts';
import { type Html, html } from './html.ts';
import { duration, shown } from './numbers.ts';

type Costed = Pick<VerificationReport, 'cost' | 'left_out' | 'seconds'>;

const missing = ({ left_out = [] }: Costed): Html | null =>
  left_out.length === 0
    ? null
    : html`<p>Not all that the policy asks for was measured; nothing that a verdict needs is among it.</p>
${[...Map.groupBy(left_out, ({ reason }) => reason).values()].map(
  (same) => html`<p>${same[0]!.reason} ${same[0]!.remedy}</p>
<ul class="limits">${same.map((one) => html`<li>${one.part}: ${one.done}, ${one.measured} of ${one.asked_for}</li>`)}</ul>`,
)}`;

/** Null for a report of before, which did not say. */
export function costSection(report: Costed): Html | null {
  const { cost, seconds } = report;
  if (cost === undefined) return null;
  const { parts, planned, share_of_run: share } = cost;
  const expected =
    planned && html` The plan expected ${duration(planned.seconds)}, ${shown(100 * planned.share_of_run)} %.`;
  return html`<h2>What it took</h2><p>${duration(seconds)}${share !== undefined && html`, ${shown(100 * share)} % of the time of method and verification`}.${expected}</p>
${missing(report)}<div class="wide"><table><thead><tr><th>part</th><th>rows, answers or people</th><th>time</th></tr></thead>
<tbody>${parts.map(
    (one) => html`<tr><th scope="row">${one.part}</th><td class="number">${one.units === 0 ? '–' : one.units}</td>
<td class="number">${duration(one.seconds)}</td></tr>`,
  )}</tbody></table></div>`;
}
