// `expunge requests wait`: until a request has ended. The exit code says how.
import type { ExpungeClient } from '../../client/index.ts';
import { type Arguments, type Command, type CommandOption, Failure, type Terminal, wholeNumber } from '../command.ts';
import { type DeletionRequest, requestOf, SERVICE_OPTIONS, showRequest, withService } from '../requests.ts';

export const TIMEOUT_OPTION: CommandOption = {
  ...{ type: 'string', value: 'SECONDS' },
  summary: 'How long to wait at most; default: until the end',
};

/** States of a request that was done, also where there was nothing to do. */
const DONE: readonly DeletionRequest['state'][] = ['completed', 'completed_no_data'];

/** Says each new state on the error stream, and shows the request at its end. Exit code 1: it ended otherwise than done. */
export async function waitAndShow(
  client: ExpungeClient,
  id: string,
  args: Arguments,
  terminal: Terminal,
): Promise<number> {
  const seconds = wholeNumber(args, 'timeout', 0);
  let state = '';
  const onChange = (request: DeletionRequest) => {
    if (request.state !== state && !args.flag('json')) terminal.err.write(`${request.state}\n`);
    state = request.state;
  };
  const signal = seconds > 0 ? AbortSignal.timeout(seconds * 1000) : undefined;
  try {
    const request = await client.waitForRequest(id, { onChange, ...(signal && { signal }) });
    showRequest(args, terminal, request);
    return DONE.includes(request.state) ? 0 : 1;
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new Failure(
      `The request is ${state || 'not read'} after ${seconds} s`,
      `\`expunge requests wait ${id}\` goes on waiting; \`expunge requests show ${id}\` says what it waits for.`,
    );
  }
}

export const requestsWait: Command = {
  name: 'requests wait',
  positionals: ['ID'],
  options: { timeout: TIMEOUT_OPTION, ...SERVICE_OPTIONS },
  summary: 'Wait until a deletion request has ended; exit code 0 only if it was done',
  async run(args, terminal) {
    const id = requestOf(args);
    return withService(args, (client) => waitAndShow(client, id, args, terminal));
  },
};
