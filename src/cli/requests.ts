// What the commands about deletion requests share. They ask a running service over HTTP, on this machine or another.
import type { ExpungeClient, Problem, Schemas } from '../client/index.ts';
import { type Arguments, type CommandOption, Failure, type Terminal, UsageError } from './command.ts';
import { palette, table } from './terminal.ts';

export type DeletionRequest = Schemas['DeletionRequest'];
type Forecast = Schemas['RequestForecast'];

export const SERVICE_OPTIONS: Record<string, CommandOption> = {
  url: { type: 'string', value: 'URL', summary: 'Of the service; default: EXPUNGE_URL, or http://127.0.0.1:8080' },
  key: {
    type: 'string',
    value: 'KEY',
    summary: 'API key or access token; default: EXPUNGE_API_KEY, which no list of processes shows',
  },
  json: { type: 'boolean', summary: 'Print what the service answered, as JSON' },
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The request that a command names. Throws UsageError. */
export function requestOf(args: Arguments): string {
  const [id = ''] = args.positionals;
  if (UUID.test(id)) return id;
  throw new UsageError(`${JSON.stringify(id)} is no request’s id`, '`expunge requests list` shows the ids.');
}

const fieldsOf = (problem: Problem | null): string =>
  (problem?.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer} ${detail}`).join('');

/** Why a call came to nothing, for people; anything else as it is. */
async function explain(error: unknown, url: string): Promise<unknown> {
  const { ProblemError } = await import('../client/index.ts');
  if (error instanceof ProblemError)
    return new Failure(
      `${error.message}${fieldsOf(error.problem)}`,
      error.remedy || `Check that ${url} is the service itself.`,
    );
  // what `fetch` throws where there is no answer
  if (!(error instanceof TypeError) || !/fetch failed|terminated/.test(error.message)) return error;
  const { code = 'no answer' } = (error.cause ?? {}) as { code?: string };
  return new Failure(
    `The service at ${url} cannot be reached (${code})`,
    'Start it with `npm start`, or name it with --url or EXPUNGE_URL.',
  );
}

/** Runs `work` with a client of the service that is named. Throws UsageError, Failure. */
export async function withService(args: Arguments, work: (client: ExpungeClient) => Promise<number>): Promise<number> {
  const [{ createExpungeClient }, { readClientConfig }] = await Promise.all([
    import('../client/index.ts'),
    import('../config.ts'),
  ]);
  const config = readClientConfig();
  const url = args.text('url') ?? config.url;
  const key = args.text('key') ?? config.apiKey;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(
      `${JSON.stringify(url)} is no URL of a service`,
      'Give one that begins with http:// or https://.',
    );
  try {
    return await work(createExpungeClient({ baseUrl: url, ...(key !== null && { apiKey: key }) }));
  } catch (error) {
    throw await explain(error, url);
  }
}

export const showJson = ({ out }: Terminal, value: unknown): void => {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
};

const day = (time: string | null): string => time?.slice(0, 10) ?? '–';
const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');

/** One line a request. */
export function requestTable(requests: readonly DeletionRequest[]): string {
  const head = ['id', 'state', 'received', 'due', 'models', 'external id'];
  return table([
    head,
    ...requests.map((one) => [
      ...[one.id, one.state, minute(one.received_at), day(one.due_at)],
      ...[one.targets.map(({ model_name }) => model_name).join(' ') || '–', one.external_id ?? '–'],
    ]),
  ]);
}

const expected = ({ expected_done_at, reason, at_risk }: Forecast): string =>
  `${expected_done_at === null ? 'nobody can tell when it will be done' : `expected done ${minute(expected_done_at)} UTC`}${at_risk ? ', at risk of being late' : ''}: ${reason}`;

/** A request with its targets, for people; as JSON where that is asked for. */
export function showRequest(
  args: Arguments,
  terminal: Terminal,
  request: DeletionRequest,
  forecast: Forecast | null = null,
): void {
  if (args.flag('json')) {
    showJson(terminal, request);
    return;
  }
  const { out } = terminal;
  const paint = palette(out);
  const decided = [
    forecast && expected(forecast),
    request.hold && `held: ${request.hold.reason}`,
    request.denial && `denied by Art. ${request.denial.article}: ${request.denial.reason}`,
    request.extension && `extended by ${request.extension.months} months`,
    request.certificate_ids.length > 0 && `certificate ${request.certificate_ids.join(' ')}`,
  ];
  out.write(`${request.id}  ${paint.bold(request.state)}, due ${day(request.due_at)}\n`);
  for (const line of decided) if (line) out.write(`${line}\n`);
  if (request.targets.length === 0) return;
  const head = ['model', 'state', 'records', 'run', 'reason'];
  const rows = request.targets.map((target) => [
    ...[target.model_name, target.state, String(target.records), target.run_id ?? '–', target.reason ?? ''],
  ]);
  out.write(`\n${table([head, ...rows])}`);
}
