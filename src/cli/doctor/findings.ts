// What `expunge doctor` makes of what it saw. Pure: facts in, findings out.
import { noRoom, type Room } from '../../checkpoints/room.ts';

/** What the service is written for; Node strips types from sources itself only since then. */
export const NODE_MAJOR = 24;
/** Expiry, leases and due dates are compared with times of clients and issuers. */
const MOST_SKEW_SECONDS = 5;

export interface KeyFile {
  /** `signing`, `subject` or `seal`; of several with their number, or with tenant and version. */
  name: string;
  /** Null: the file is not there. */
  mode: number | null;
  /** Named by a setting, so it is not made at the first start. */
  named: boolean;
  /** It holds what nobody else may read; false for the public half of a signing key. */
  secret: boolean;
  /** What exists hangs on it, so that no start makes another in its place; null: the database could not be asked. */
  used: boolean | null;
}
/** What a start would say, and end with. */
export interface Refusal {
  check: string;
  reason: string;
  remedy: string;
}
export interface Facts {
  node: string;
  /** Device of the backend, or why there is none. */
  backend: { name: string; device: string } | { reason: string };
  /** Null: none is configured. */
  redis: { up: true } | { reason: string } | null;
  database: { embedded: boolean } & (
    | { state: 'absent' }
    | { state: 'down'; reason: string }
    | { state: 'up'; pending: string[]; skew_seconds: number }
  );
  /** Of what a start reads; nothing is made to find them. */
  refusals: Refusal[];
  keys: KeyFile[];
  rooms: { setting: string; room: Room }[];
  min_free_bytes: number;
  auth: { required: boolean; host: string; refused: string | null };
  /** Host that traces go to; null: nowhere. */
  traces: string | null;
}

export interface Finding {
  check: string;
  /** `note`: works, and may not be what you want; `problem`: the service does not start or does not work. */
  level: 'ok' | 'note' | 'problem';
  found: string;
  /** What to do; null where there is nothing to be done. */
  remedy: string | null;
}

const ok = (check: string, found: string): Finding => ({ check, level: 'ok', found, remedy: null });
const note = (check: string, found: string, remedy: string): Finding => ({ check, level: 'note', found, remedy });
const problem = (check: string, found: string, remedy: string): Finding => ({ check, level: 'problem', found, remedy });

function ofNode({ node }: Facts): Finding {
  if (Number(node.split('.')[0]) >= NODE_MAJOR) return ok('node', `Node ${node}`);
  return problem('node', `Node ${node}`, `Run \`npm run setup\`, which brings Node ${NODE_MAJOR}, or install that.`);
}

function ofBackend({ backend }: Facts): Finding {
  if ('reason' in backend)
    return problem('backend', backend.reason, 'Leave COMPUTE_BACKEND unset, or see docs/engine.md.');
  const found = `${backend.name} on ${backend.device}`;
  if (!backend.name.endsWith('cpu')) return ok('backend', found);
  return note('backend', found, 'Enough for small models; docs/engine.md says what a GPU takes.');
}

function ofRedis({ redis }: Facts): Finding {
  if (redis === null)
    return ok('queue', 'in Postgres: no REDIS_URL is set, and limits of calls are counted by each process alone');
  if ('up' in redis) return ok('queue', 'in Redis');
  return problem('queue', redis.reason, 'Start Redis or unset REDIS_URL: workers do not start without their queue.');
}

function ofDatabase({ database }: Facts): Finding[] {
  const where = database.embedded ? 'embedded Postgres under DATA_DIR' : 'Postgres at DATABASE_URL';
  if (database.state === 'absent')
    return [note('database', `${where}: there is none yet`, 'The first start of the service makes it.')];
  if (database.state === 'down')
    return [problem('database', `${where}: ${database.reason}`, 'Start the server, or correct DATABASE_URL.')];
  const { pending, skew_seconds } = database;
  const schema =
    pending.length === 0
      ? ok('database', `${where}, up to date`)
      : note('database', `${where} lacks ${pending.join(', ')}`, 'The next start of the service migrates it.');
  const skew = `${Math.abs(skew_seconds).toFixed(1)} s between this clock and the database’s`;
  if (Math.abs(skew_seconds) <= MOST_SKEW_SECONDS) return [schema, ok('clock', skew)];
  return [schema, problem('clock', skew, 'Synchronise both clocks (NTP): keys, tokens and due dates go by them.')];
}

const BACKUP = 'Restore it from the backup of the keys';

function ofMissingKey(check: string, { named, used }: KeyFile): Finding {
  if (named) return problem(check, 'the file that the setting names does not exist', `${BACKUP}.`);
  if (used)
    return problem(
      check,
      'is missing in KEY_DIR, and what is stored hangs on it: the service does not start',
      `${BACKUP}, or set KEY_DIR to the folder that it is in; no other key can take its place.`,
    );
  if (used === false) return note(check, 'there is none yet', 'The first start makes it; back up KEY_DIR then.');
  const found = 'there is none, and the database does not say whether there was one';
  return note(check, found, `${BACKUP} if there was one. The first start makes it; back up KEY_DIR then.`);
}

function ofKey(key: KeyFile): Finding {
  const { name, mode, secret } = key;
  const check = `${name} key`;
  if (mode === null) return ofMissingKey(check, key);
  const shown = `mode ${(mode & 0o777).toString(8).padStart(4, '0')}`;
  if (!secret) return ok(check, `${shown}, the public half of one that signs no more`);
  if ((mode & 0o077) === 0) return ok(check, shown);
  return problem(check, `${shown}: others on this machine may read it`, 'chmod 600 the file, and rotate the key.');
}

const ofRoom = (floor: number, { setting, room }: Facts['rooms'][number]): Finding => {
  const why = noRoom(setting, room, floor);
  if (why === null) return ok(setting, `writable, ${(room.free_bytes / 1e9).toFixed(1)} GB free`);
  return problem(setting, why, 'Make room or enlarge the disk; the folder must belong to the user of the service.');
};

function ofAuth({ auth: { required, host, refused } }: Facts): Finding {
  if (refused !== null)
    return problem('auth', refused, 'Set AUTH=required, and make a key with `expunge keys create`.');
  if (required) return ok('auth', 'required: every call says who asks');
  return note('auth', `none: whoever reaches ${host} may do everything`, 'Set AUTH=required for more than a trial.');
}

const ofTraces = ({ traces }: Facts): Finding =>
  ok('traces', traces === null ? 'go nowhere: no OTEL_EXPORTER_OTLP_ENDPOINT is set' : `go to ${traces}`);

/** In the order in which a start meets them. */
export const findingsOf = (facts: Facts): Finding[] => [
  ofNode(facts),
  ofAuth(facts),
  ...ofDatabase(facts),
  ofRedis(facts),
  ...facts.refusals.map(({ check, reason, remedy }) => problem(check, reason, remedy)),
  ...facts.keys.map(ofKey),
  ...facts.rooms.map((one) => ofRoom(facts.min_free_bytes, one)),
  ofBackend(facts),
  ofTraces(facts),
];
