// `expunge requests create`: asks for a person, or for records, to be removed.
import type { NewRequest } from '../../client/index.ts';
import { type Arguments, type Command, UsageError } from '../command.ts';
import { SERVICE_OPTIONS, showJson, showRequest, withService } from '../requests.ts';
import { TIMEOUT_OPTION, waitAndShow } from './requests-wait.ts';

type Identifier = NonNullable<NewRequest['subject']>['identifiers'][number];

/** `TYPE=VALUE`; the error does not repeat what may name a person. */
function identifiersOf(args: Arguments, option: string, member: 'value' | 'sha256'): Identifier[] {
  return args.texts(option).map((text) => {
    const at = text.indexOf('=');
    if (at > 0 && at < text.length - 1) return { type: text.slice(0, at), [member]: text.slice(at + 1) };
    throw new UsageError(`--${option} takes TYPE=${member === 'value' ? 'VALUE' : 'HEX'}, for example email=…`);
  });
}

/** The body as a file has it, from the standard input for `-`. Throws UsageError. */
async function readBody(file: string): Promise<NewRequest> {
  const [{ readFile }, { text }] = await Promise.all([import('node:fs/promises'), import('node:stream/consumers')]);
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  try {
    return JSON.parse(content) as NewRequest;
  } catch {
    throw new UsageError(`${file} holds no JSON`, 'It has to be one object, as POST /v1/deletion-requests takes it.');
  }
}

/** What the options say. Throws UsageError. */
async function bodyOf(args: Arguments): Promise<NewRequest> {
  const file = args.text('file');
  const identifiers = [...identifiersOf(args, 'subject', 'value'), ...identifiersOf(args, 'sha256', 'sha256')];
  const records = args.texts('record');
  const body = {
    ...(file !== undefined && (await readBody(file))),
    ...(identifiers.length > 0 && { subject: { identifiers } }),
    ...(records.length > 0 && { record_ids: records }),
    ...(args.text('corpus') !== undefined && { corpus_id: args.text('corpus')! }),
    ...(args.texts('model').length > 0 && { targets: args.texts('model') }),
    ...(args.text('method') !== undefined && { method: { name: args.text('method')! } }),
    ...(args.text('ground') !== undefined && { ground: args.text('ground')! }),
    ...(args.text('submitted-at') !== undefined && { submitted_at: args.text('submitted-at')! }),
    ...(args.text('external-id') !== undefined && { external_id: args.text('external-id')! }),
    ...(args.flag('unverified') && { verified: false }),
  };
  if (!('subject' in body) && !('record_ids' in body) && !('texts' in body))
    throw new UsageError('--subject is missing', 'Say whom to remove: --subject email=…, --record ID, or --file FILE.');
  // names of methods and grounds are the service's to judge
  return body as NewRequest;
}

export const requestsCreate: Command = {
  name: 'requests create',
  positionals: [],
  options: {
    subject: {
      type: 'string',
      multiple: true,
      value: 'TYPE=VALUE',
      summary: 'An identifier of the person, for example email=…; may be repeated',
    },
    sha256: {
      type: 'string',
      multiple: true,
      value: 'TYPE=HEX',
      summary: 'The same, hashed by you (docs/identifiers.md)',
    },
    record: { type: 'string', multiple: true, value: 'ID', summary: 'A training record of --corpus; may be repeated' },
    corpus: { type: 'string', value: 'ID', summary: 'The corpus that --record is of' },
    file: {
      type: 'string',
      value: 'FILE',
      summary:
        'The whole request as JSON, - for the standard input; other options are added to it. Keeps identifiers out of the shell’s history',
    },
    model: {
      type: 'string',
      multiple: true,
      value: 'ID',
      summary: 'A model to unlearn from; may be repeated. Default: every model concerned',
    },
    method: { type: 'string', value: 'NAME', summary: 'How; default: the service chooses' },
    ground: { type: 'string', value: 'GROUND', summary: 'Of GDPR Art. 17(1), for example consent_withdrawn' },
    'submitted-at': {
      type: 'string',
      value: 'TIME',
      summary: 'When the person asked (RFC 3339): the month counts from it; default: now',
    },
    'external-id': { type: 'string', value: 'ID', summary: 'Your own id of the request; must not name a person' },
    unverified: { type: 'boolean', summary: 'Nothing begins before `expunge requests verify`' },
    'dry-run': { type: 'boolean', summary: 'Only say what would come of it; nothing is stored' },
    'idempotency-key': {
      type: 'string',
      value: 'TEXT',
      summary: 'The same call with the same key is done once, for a day',
    },
    wait: { type: 'boolean', summary: 'Wait until the request has ended' },
    timeout: TIMEOUT_OPTION,
    ...SERVICE_OPTIONS,
  },
  summary: 'Ask for a person, or for training records, to be removed',
  async run(args, terminal) {
    const body = await bodyOf(args);
    return withService(args, async (client) => {
      if (args.flag('dry-run')) {
        const plan = await client.planRequest(body);
        if (args.flag('json')) showJson(terminal, plan);
        else {
          terminal.out.write(`${plan.statement}\n`);
          for (const { model_name, records, statement } of plan.targets)
            terminal.out.write(`${model_name}, ${records} records: ${statement}\n`);
        }
        return 0;
      }
      const request = await client.createRequest(body, args.text('idempotency-key'));
      if (!args.flag('wait')) showRequest(args, terminal, request);
      else {
        terminal.err.write(`request ${request.id}\n`);
        return waitAndShow(client, request.id, args, terminal);
      }
      return 0;
    });
  },
};
