// Somebody who takes webhooks: a server on loopback that writes down what it got and answers as it is told.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
export interface Receiver {
  url: string;
  got: Received[];
  /** Of the next ones, in order; 204 when there is none left. `wait`: no answer at all. */
  answers: (number | 'wait' | { status: number; headers: Record<string, string> })[];
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const got: Received[] = [];
  const answers: Receiver['answers'] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    got.push({ path: request.url!, headers: request.headers, body: Buffer.concat(parts).toString() });
    const answer = answers.shift() ?? 204;
    if (answer === 'wait') return;
    const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    response.writeHead(status, headers).end('thank you');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ got, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
