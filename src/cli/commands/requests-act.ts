// `expunge requests approve|deny|hold|…`: what people decide about a request.
import type { ExpungeClient } from '../../client/index.ts';
import { type Arguments, type Command, type CommandOption, required, UsageError } from '../command.ts';
import { type DeletionRequest, requestOf, SERVICE_OPTIONS, showJson, showRequest, withService } from '../requests.ts';

const REASON: CommandOption = {
  ...{ type: 'string', value: 'TEXT' },
  summary: 'Why; it is kept with the request and must not name the person',
};
type Call = (client: ExpungeClient, id: string) => Promise<DeletionRequest>;

/** A command that moves one request. `prepare` reads the options before the service is asked. */
const action = (
  verb: string,
  summary: string,
  options: Record<string, CommandOption>,
  prepare: (args: Arguments) => Call,
): Command => ({
  ...{ name: `requests ${verb}`, positionals: ['ID'], summary },
  options: { ...options, ...SERVICE_OPTIONS },
  async run(args, terminal) {
    const [id, call] = [requestOf(args), prepare(args)];
    return withService(args, async (client) => {
      showRequest(args, terminal, await call(client, id));
      return 0;
    });
  },
});

type Simple = 'verify' | 'release' | 'cancel' | 'retry';
const simple = (verb: Simple, summary: string) =>
  action(verb, summary, { reason: REASON }, (args) => {
    const reason = args.text('reason');
    const body = reason === undefined ? {} : { reason };
    return async ({ api }, id) => {
      const { ok } = await import('../../client/index.ts');
      return ok(api.POST(`/v1/deletion-requests/{id}/${verb}`, { params: { path: { id } }, body }));
    };
  });

export const requestsVerify = simple('verify', 'Say that the person is who they say they are');
export const requestsRelease = simple('release', 'End a hold');
export const requestsCancel = simple('cancel', 'Cancel a request that still waits');
export const requestsRetry = simple('retry', 'Have another run try, after one that failed or needs review');

export const requestsHold = action('hold', 'Hold a request that still waits', { reason: REASON }, (args) => {
  const reason = required(args, 'reason');
  return async ({ api }, id) => {
    const { ok } = await import('../../client/index.ts');
    return ok(api.POST('/v1/deletion-requests/{id}/hold', { params: { path: { id } }, body: { reason } }));
  };
});

const CODE: CommandOption = {
  ...{ type: 'string', value: 'CODE' },
  summary: 'The exception of the GDPR, for example legal_claims or manifestly_unfounded_or_excessive',
};
export const requestsDeny = action(
  'deny',
  'Deny a request, by an exception of the law',
  { code: CODE, reason: REASON },
  (args) => {
    type Code = NonNullable<DeletionRequest['denial']>['code'];
    const body = { code: required(args, 'code') as Code, reason: required(args, 'reason') };
    return async ({ api }, id) => {
      const { ok } = await import('../../client/index.ts');
      return ok(api.POST('/v1/deletion-requests/{id}/deny', { params: { path: { id } }, body }));
    };
  },
);

const EXTENSION: Record<string, CommandOption> = {
  months: { type: 'string', value: 'N', summary: 'Calendar months, 1 or 2' },
  'notified-at': { type: 'string', value: 'TIME', summary: 'When the person was told, with the reasons (RFC 3339)' },
  reason: REASON,
};
export const requestsExtend = action('extend', 'Extend the time of a request, once', EXTENSION, (args) => {
  const months = Number(required(args, 'months'));
  if (months !== 1 && months !== 2) throw new UsageError('--months is 1 or 2');
  const body = { months, reason: required(args, 'reason'), notified_at: required(args, 'notified-at') };
  return async ({ api }, id) => {
    const { ok } = await import('../../client/index.ts');
    return ok(api.POST('/v1/deletion-requests/{id}/extension', { params: { path: { id } }, body }));
  };
});

const DIGEST: CommandOption = {
  ...{ type: 'string', value: 'DIGEST' },
  summary: 'Of the plan that is approved, as `expunge requests plan` shows it',
};
export const requestsApprove = action(
  'approve',
  'Approve the plan of a request',
  { digest: DIGEST, reason: REASON },
  (args) => {
    const reason = args.text('reason');
    const body = { plan_digest: required(args, 'digest'), ...(reason !== undefined && { reason }) };
    return async ({ api }, id) => {
      const { ok } = await import('../../client/index.ts');
      return ok(api.POST('/v1/deletion-requests/{id}/approve', { params: { path: { id } }, body }));
    };
  },
);

export const requestsPlan: Command = {
  name: 'requests plan',
  positionals: ['ID'],
  options: SERVICE_OPTIONS,
  summary: 'Show what a run would do, with the digest that an approval names',
  async run(args, terminal) {
    const id = requestOf(args);
    return withService(args, async ({ api }) => {
      const { ok } = await import('../../client/index.ts');
      const plan = await ok(api.GET('/v1/deletion-requests/{id}/plan', { params: { path: { id } } }));
      if (args.flag('json')) showJson(terminal, plan);
      else {
        const { out } = terminal;
        for (const { model_name, records, statement, plan: steps } of plan.targets) {
          out.write(`${model_name}, ${records} records: ${statement}\n`);
          for (const { name, reason = '' } of steps) out.write(`  ${name}: ${reason}\n`);
        }
        out.write(`digest ${plan.digest}\n`);
      }
      return 0;
    });
  },
};
