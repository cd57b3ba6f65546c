// What a certificate does not attest: written into every one, so that nobody reads more into it.
import type { RemovedBefore } from '../domain/removed-before.ts';
import type { AskedRecords } from '../domain/resources.ts';
import type { Guarantee } from '../domain/verification.ts';

const ALWAYS = [
  'Copies of training data or weights outside this service: downloads, other systems, other models, backups.',
  'Exports of earlier checkpoints, and what was derived from them: fine-tuned, distilled or merged models, cached answers.',
  'The corpus files themselves: the text of the records stays here until no rollback, model or open request needs it, and is erased then where the service is so set, which the request says (`erased_at`); copies that the controller keeps elsewhere stay until they are deleted there.',
  'Records that concern the person without being tagged with one of the identifiers of the request.',
  'That the identifiers of the request belong to the person, or that the ground of the request holds in law.',
];

const UNLEARNING = [
  'The vocabulary of the tokenizer, which was built from the training text and is left as it was.',
  'The parent checkpoint, until the end of its rollback window; the certificate states its disposition.',
  'Checkpoints trained or registered later, from whatever data.',
  'That people forgotten by earlier runs stay forgotten, beyond those whom `verification.before` says were looked at again.',
  'What the model may infer about the person from other people’s records or from general knowledge.',
];

const EMPIRICAL = [
  'Proof of removal: an approximate method gives evidence, not proof. The attacks listed did not find the data; others, or later ones, might.',
  'That the weights are those of a model that never saw the records.',
];

const EXACT = [
  'That training was repeated bit for bit: the recipe was run again without the records, on the software and hardware of the day.',
  'Where the recipe starts from a base checkpoint: that the base never saw the records. No corpus that is registered with it names the person; what else it was trained on is not known.',
];

const CERTIFIED = [
  'That the features of the last layer hold nothing of the records: they were given before it was trained, and are taken as they are.',
  'Where the last layer was removed from and not trained again: that it is that of a model trained again. What is bounded, by epsilon and delta, is how well anybody can tell them apart.',
  'Anything but the new weights of the last layer, taken alone: not what somebody learns who holds earlier checkpoints as well, nor what this certificate, the verification and the recipe tell of the removal.',
  'Requests that were chosen by what the model answers: the theorem takes those of a model’s removals as made without knowing its noise.',
  'More than the theorem: it takes numbers as real ones, and what a step leaves of the gradient as not depending on the noise.',
];

const SEARCH = [
  'Models and corpora that are not registered with this service.',
  'That no model knows the person: only what the request names was searched for (identifiers attached to training records, ids and texts of records), not weights.',
];

const TEXTS = [
  'Records that tell the same as a text of the request in other words: records were matched that hold it, or nearly the same words in the same order.',
];

/** Exact removal of what another method had removed, and whose text was erased then. */
const unmeasuredOf = (records: number): string[] =>
  records === 0
    ? []
    : [
        `How the model does on ${records} of the records that its run was about: an earlier run had removed them by another method, and their text was erased since, so that nobody can measure them. They were left out of the training, and the verification says nothing of them.`,
      ];

/** What comes on top where a request gives texts. */
const ofTexts = (records: AskedRecords | null): string[] => (records !== null && records.texts.length > 0 ? TEXTS : []);

/** The list for an unlearning certificate of the given class; `unmeasured`: records of the run whose text was gone when it began. */
export const unlearningLimits = (
  guarantee: Guarantee,
  records: AskedRecords | null = null,
  unmeasured = 0,
): string[] => [
  ...unmeasuredOf(unmeasured),
  ...{ exact: EXACT, certified: CERTIFIED, empirical: EMPIRICAL }[guarantee],
  ...ALWAYS,
  ...UNLEARNING,
  ...ofTexts(records),
];

const unlinkableOf = (corpora: number): string[] =>
  corpora === 0
    ? []
    : [
        `Anything of ${corpora} of the corpora: people are named there under a key that was destroyed, and nobody can be found there by an identifier.`,
      ];

/** Records that matched, and that another method than a training without them had taken. */
const STEPS = [
  'That the models hold nothing of records that earlier runs removed by a method which is not exact (`search.removed_before`): what was shown of that is in the verifications of those runs, and nothing was measured for this certificate.',
];

/** The list for a certificate of a search that found nothing left to forget. */
export const searchLimits = (
  records: AskedRecords | null,
  { unlinkable, removed_before }: { unlinkable: number; removed_before: RemovedBefore | null },
): string[] => [
  ...unlinkableOf(unlinkable),
  ...(removed_before?.runs.some(({ guarantee }) => guarantee !== 'exact') ? STEPS : []),
  ...SEARCH,
  ...ALWAYS,
  ...ofTexts(records),
];
