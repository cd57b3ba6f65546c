// The report of a verification that somebody asked for, as a page.
import type { ListedVerification } from '../../domain/checkpoint-verification.ts';
import { html } from './html.ts';
import { moment } from './numbers.ts';
import { pageOf, type ReportPageInput } from './page.ts';

export interface VerificationPageInput extends Omit<ReportPageInput, 'run' | 'curve'> {
  verification: Omit<ListedVerification, 'links'>;
}

const ABOUT = { subject: 'a person', records: 'records', earlier: 'everybody forgotten before' } as const;

/** As the page of a run, without a course: who made the checkpoint, and how, is not asked. */
export function verificationPage({ verification, ...input }: VerificationPageInput): string {
  const { id, reference_checkpoint_id: reference, against_checkpoint_id: against, came_back } = verification;
  return pageOf(input, {
    heading: 'Verification of a checkpoint',
    of: ['verification', id],
    about: verification.asks === 'earlier' ? 'earlier' : 'forgotten',
    facts: [
      ['Checkpoint', html`<code>${verification.checkpoint_id}</code>`],
      ['Held against', against === null ? 'people never seen' : html`<code>${against}</code>`],
      ['Retrained without the forgotten', reference === null ? 'none was given' : html`<code>${reference}</code>`],
      ['Asked about', ABOUT[verification.asks]],
      ...(came_back === null ? [] : [['Requests whose people came back', came_back.join(', ') || 'none'] as const]),
      ['Digest of the question', html`<code>${verification.query_digest}</code>`],
      ['Asked, finished', `${moment(verification.created_at)}, ${moment(verification.finished_at)}`],
    ],
    course: null,
    json: `/v1/verifications/${id}`,
  });
}
