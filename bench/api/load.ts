// The client, in a process of its own: autocannon, one kind of call a turn. Its argument is JSON of the calls by name.
import autocannon from 'autocannon';
import { median, timed } from '../shared/measure.ts';
import { serveTurns } from '../shared/side.ts';
import { type Call, type Loaded, personOf } from './calls.ts';

const calls = JSON.parse(process.argv[2]!) as Record<string, Call>;
/** People who were asked for already: nobody is asked for twice. */
let asked = 0;

const askingFor = (place: number) =>
  JSON.stringify({
    subject: { identifiers: [personOf(place)] },
    external_id: `bench-${place}`,
    ground: 'consent_withdrawn',
  });

function requestsOf(call: Call): autocannon.Request[] {
  const { path, headers, method } = call;
  if (call.kind === 'poll')
    return call.polled.map(({ id, tag }) => ({
      method,
      path: path + id,
      headers: { ...headers, 'if-none-match': tag },
    }));
  if (call.kind === 'plain') return [{ method, path, headers }];
  const body =
    call.kind === 'accept'
      ? () => askingFor(asked++)
      : () => JSON.stringify({ subject: { identifiers: [personOf(Math.floor(Math.random() * call.people))] } });
  return [{ method, path, headers, setupRequest: (request) => ({ ...request, body: body() }) }];
}

function load(call: Call, amount: number, connections: number): Promise<Loaded> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    const strange = new Map<number, number>();
    // autocannon looks once a second whether it is done, and its own duration is as coarse
    const from = performance.now();
    let last = from;
    const run = autocannon(
      { url: call.base, connections, amount, requests: requestsOf(call), timeout: 30 },
      (error, result) => {
        if (error) return reject(error);
        const wrong = [...strange].map(([status, count]) => `${count} answers of ${status}`);
        if (result.errors > 0) wrong.push(`${result.errors} errors`);
        if (wrong.length > 0) return reject(new Error(`${call.method} ${call.path}: ${wrong.join(', ')}`));
        times.sort((a, b) => a - b);
        const p99 = times[Math.min(times.length - 1, Math.floor(times.length * 0.99))]!;
        resolve({ per_second: (1000 * times.length) / (last - from), median_ms: median(times), p99_ms: p99 });
      },
    );
    run.on('response', (_client, status, _bytes, ms) => {
      if (status !== call.status) strange.set(status, (strange.get(status) ?? 0) + 1);
      times.push(ms);
      last = performance.now();
    });
  });
}

await serveTurns(async () =>
  Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      (amount: number, connections: number) => timed(() => load(call, amount, connections)),
    ]),
  ),
);
