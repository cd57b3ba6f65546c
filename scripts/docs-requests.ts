// docs/requests.md: the life of a request, its tables made from those that the service moves by.
import { DENIALS } from '../src/domain/lifecycle.ts';
import {
  EVENTS,
  FIRST_STATES,
  isFinalTarget,
  REQUEST_ACTIONS,
  RUN_ACTIONS,
  TARGET_STATES,
  type TargetState,
} from '../src/domain/states.ts';
import { BATCH_LINES } from '../src/http/batch-lines.ts';
import { page, table } from './docs-pages.ts';

const MEANS: Record<TargetState, string> = {
  received: 'Its cooling-off time is not over',
  awaiting_verification: 'The person has not been verified yet',
  awaiting_approval: 'Somebody has to approve the plan',
  on_hold: 'Held, until it is released',
  queued: 'Waits for a run, or for the run that has claimed it to begin',
  unlearning: 'A method is at work',
  verifying: 'The candidate is being measured',
  awaiting_promotion: 'The candidate passed; somebody has to promote it',
  completed: 'The model that forgot is the active one; there is a certificate',
  completed_no_data:
    'The model has nothing of the person to forget (of a request with `exact`: an exact training has left it out, [plans.md](plans.md)); there is a certificate of the search',
  denied: 'Refused, with an article of the GDPR',
  cancelled: 'Withdrawn before anything began',
  failed: 'The run could not be done',
  needs_review: 'No method passed verification, or somebody rolled it back; nothing is published',
};

const names = (states: readonly string[]) => states.map((state) => `\`${state}\``).join(', ');
const moves = (moving: Record<string, { from: readonly string[]; to: readonly string[]; what: string }>, code = true) =>
  Object.entries(moving).map(([name, { from, to, what }]) => [
    code ? `\`${name}\`` : name,
    names(from),
    names(to),
    what,
  ]);

const BEGIN = `A deletion request has a target for each model that it concerns. Each target has a state of its own; the
request shows that of its least advanced target, and when all have ended \`completed\` if nothing is left undone,
\`partially_completed\` if something is done and something not, else the first of \`failed\`, \`needs_review\`, \`denied\`,
\`cancelled\` that a target has. Finding the person's records is part of taking a request in, so no state says that it is under way.`;

const ACTIONS = `Each is a \`POST /v1/deletion-requests/{id}/<action>\`. It moves the targets that are in one of the states
named, and leaves the others as they are; where none is, the answer is 409 with the present \`state\` and what is \`allowed\`. What a
run has claimed is the run's until it gives it back or ends: 409 then links the run. \`If-Match\` and \`Idempotency-Key\` are honoured,
and of two callers one wins. \`hold\` and \`deny\` need a \`reason\`; all others take one.

A request that has nothing to forget is \`completed_no_data\` at once, also where the person is still to be verified, an approval is asked for or a
cooling-off time goes on: \`verify\` and \`approve\` are possible then as well. They move no target; with the last of these gates the person is on the
suppression list ([identifiers.md](identifiers.md#who-must-not-be-trained-on-again)), which after a cooling-off time the sweep sees to (\`request.suppressed\` in the ledger).`;

const EXTENSION = `\`POST …/extension\` moves no target: it moves \`due_at\`, once, by one or two calendar months, before the
request is due, with a reason and the time at which the person was told (GDPR Art. 12(3)). \`due_at\` is one calendar month after
\`submitted_at\`: the same day of the next month, or the last one where that month has no such day.`;

const APPROVAL = `With \`APPROVAL=required\` a request waits for somebody who approves its plan, and with \`four-eyes\` for
somebody else than who made it. \`GET …/plan\` gives the plan as it would be made now, with a digest over the models, the
checkpoints they start from, the number of records and the methods with all their parameters. \`POST …/approve\` names that digest; if
the plan has changed the answer is 409 with the present one. The run then follows the approved plan and takes with it only
requests of the very same one. A retry needs a new approval. Where another run was published between approval and start, the plan is made again
for the checkpoint that is active then: if its methods and parameters are those that were approved, the run goes on; if not, it ends before anything was begun and
its requests await approval again (\`request.approval_lapsed\` in the ledger).

With \`PROMOTION=manual\` or \`four-eyes\` what passed verification is kept and not published. \`POST /v1/runs/{id}/promote\` publishes
it, \`POST /v1/runs/{id}/rollback\` refuses it; until then no other run of the model begins, also
where \`PROMOTION\` is set back to automatic meanwhile. A run that was published can be rolled back
while its parent is kept (\`PARENT_RETENTION_HOURS\`) and nothing was published after it: the parent is active again, the
certificates of the run are void (\`revoked_at\`), and its requests need review. So do requests that found nothing because of it.`;

const LEDGER = `Every move is an entry of the ledger, written in the transaction of the move, with who asked and the states before
and after. What people write as a reason is in a table from which it can be erased; the ledger has a salted digest of it.
\`GET …/events\` lists what people did. A hold keeps a request from being carried out; a record that another person's request names as well
is forgotten with that one.`;

const BULK = `\`POST /v1/deletion-requests:batch\` takes up to ${BATCH_LINES} requests as NDJSON, one a line, and answers with an outcome for each, in
order: \`created\`, \`already_open\` with a link, \`invalid\` with a JSON Pointer, a code and what to do, or \`failed\` where the database went away
under way. No line spoils another. Lines are committed some hundred at a time, and \`created\` is said of what is committed. All of them carry a
\`group_id\`, by which \`GET /v1/deletion-requests?group_id=\` lists them, and which \`?group_id=\` of a later batch adds to. A call
that may have been lost is sent again with the same \`Idempotency-Key\`: what it had made is answered as \`created\`. Without a key what it had made is \`already_open\`, and
who is known to no model is asked for twice: look by the \`group_id\` which lines were stored. Too many lines or bytes are refused before anything is stored.

\`\`\`sh
curl -sS 'http://127.0.0.1:8080/v1/deletion-requests:batch' -H 'content-type: application/x-ndjson' --data-binary @- <<'LINES'
{ "external_id": "case-1", "subject": { "identifiers": [{ "type": "email", "value": "lunesko.quistor@example.org" }] } }
{ "external_id": "case-2", "subject": { "identifiers": [{ "type": "email", "value": "lunesko.tandivar@example.org" }] } }
LINES
\`\`\``;

export const requestsPage = (): string =>
  page(
    'The life of a request',
    BEGIN,
    '## States',
    table(
      ['state of a target', 'means', 'begins here', 'ended'],
      TARGET_STATES.map((state) => [
        `\`${state}\``,
        MEANS[state],
        FIRST_STATES.includes(state) ? 'yes' : '',
        isFinalTarget(state) ? 'yes' : '',
      ]),
    ),
    '## What people ask',
    ACTIONS,
    table(['action', 'from', 'to', 'what'], moves(REQUEST_ACTIONS)),
    EXTENSION,
    'Reasons to deny:',
    table(
      ['code', 'GDPR Art.'],
      Object.entries(DENIALS).map(([code, article]) => [`\`${code}\``, article]),
    ),
    '## Approval, promotion, rollback',
    APPROVAL,
    table(['action on a run', 'from', 'to', 'what'], moves(RUN_ACTIONS)),
    '## What happens by itself',
    table(['event', 'from', 'to', 'what'], moves(EVENTS, false)),
    '## Many at once',
    BULK,
    '## The record',
    LEDGER,
  );
