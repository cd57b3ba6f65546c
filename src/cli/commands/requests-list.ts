// `expunge requests list` and `show`: what was asked for, and how far it is.
import { type Command, UsageError, wholeNumber } from '../command.ts';
import {
  type DeletionRequest,
  requestOf,
  requestTable,
  SERVICE_OPTIONS,
  showJson,
  showRequest,
  withService,
} from '../requests.ts';

const MOST = 1000;
const PAGE = 100;

export const requestsList: Command = {
  name: 'requests list',
  positionals: [],
  options: {
    state: { type: 'string', value: 'STATE', summary: 'Only those in this state, for example awaiting_approval' },
    'external-id': { type: 'string', value: 'ID', summary: 'Only the one with this id of yours' },
    group: { type: 'string', value: 'ID', summary: 'Only those of one batch' },
    limit: { type: 'string', value: 'N', summary: `At most so many, newest first; default 20, at most ${MOST}` },
    ...SERVICE_OPTIONS,
  },
  summary: 'List deletion requests, newest first',
  async run(args, terminal) {
    const most = wholeNumber(args, 'limit', 20, 1);
    if (most > MOST) throw new UsageError(`--limit is at most ${MOST}`);
    return withService(args, async ({ api }) => {
      const { ok } = await import('../../client/index.ts');
      const filters = {
        ...(args.text('state') !== undefined && { state: args.text('state') as DeletionRequest['state'] }),
        ...(args.text('external-id') !== undefined && { external_id: args.text('external-id')! }),
        ...(args.text('group') !== undefined && { group_id: args.text('group')! }),
      };
      const found: DeletionRequest[] = [];
      for (let cursor: string | null = ''; cursor !== null && found.length < most; ) {
        const query = { ...filters, limit: Math.min(PAGE, most - found.length), ...(cursor && { cursor }) };
        const page: { items: DeletionRequest[]; next_cursor: string | null } = await ok(
          api.GET('/v1/deletion-requests', { params: { query } }),
        );
        found.push(...page.items);
        cursor = page.next_cursor;
      }
      if (args.flag('json')) showJson(terminal, found);
      else terminal.out.write(found.length > 0 ? requestTable(found) : 'There is no such request.\n');
      return 0;
    });
  },
};

export const requestsShow: Command = {
  name: 'requests show',
  positionals: ['ID'],
  options: SERVICE_OPTIONS,
  summary: 'Show a deletion request, what became of each model, and when the rest will be done',
  async run(args, terminal) {
    const id = requestOf(args);
    return withService(args, async ({ api }) => {
      const [{ ok }, { isOpenRequest }] = await Promise.all([
        import('../../client/index.ts'),
        import('../../domain/states.ts'),
      ]);
      const params = { path: { id } };
      const request = await ok(api.GET('/v1/deletion-requests/{id}', { params }));
      const open = isOpenRequest(request.state);
      const forecast = open ? await ok(api.GET('/v1/deletion-requests/{id}/forecast', { params })) : null;
      if (args.flag('json')) showJson(terminal, { ...request, forecast });
      else showRequest(args, terminal, request, forecast);
      return 0;
    });
  },
};
