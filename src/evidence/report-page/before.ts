// Everybody forgotten before, on the page: one table, and of how many nobody can say anything.
import type { VerificationReport } from '../../domain/verification.ts';
import { type Html, html } from './html.ts';
import { moment } from './numbers.ts';
import { findingsTable } from './tables.ts';

/** Null where no earlier run forgot anybody. */
export function forgottenBefore({ before }: Pick<VerificationReport, 'before'>): Html | null {
  if (before === undefined) return null;
  const { requests, reverified_requests, people, records, unobservable_requests, unobservable_since, findings } =
    before;
  const gone =
    unobservable_requests === 0
      ? null
      : html` Of ${unobservable_requests} nothing is kept to look with, of the first of them since ${moment(unobservable_since)}.`;
  return html`<h3>Forgotten before</h3><p>People drift back while later runs train. Earlier runs completed ${requests} requests; the people of
${reverified_requests} (${people} people, ${records} records) were looked at again, under the verified checkpoint alone, by the limits that people never seen set.${gone}</p>
<p class="${before.verdict ?? 'none'}">${before.reason}</p>${findings.length > 0 && findingsTable(findings)}`;
}
