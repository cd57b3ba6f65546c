// A Postgres whose connections break at a moment of one's choice: bytes pass through here, until those that a test waits for.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CutPostgres {
  url: string;
  /**
   * Breaks every connection once `text` is on its way to the server: it gets there, and `after` what the server says to that is
   * `answer`. From then on the server is away until `mend`. Resolves when it is.
   */
  cut(text: string, answer: string): Promise<void>;
  mend(): void;
  close(): Promise<void>;
}

/** In front of the server of `url`, which listens on TCP. */
export async function cutPostgres(url: string): Promise<CutPostgres> {
  const target = new URL(url);
  const port = Number(target.port || 5432);
  const open = new Set<Socket>();
  let wanted: { text: string; answer: string; done: () => void } | null = null;
  let away = false;

  function breakAll(): void {
    away = true;
    for (const socket of open) socket.destroy();
    wanted?.done();
    wanted = null;
  }
  const server = createServer((client) => {
    if (away) return void client.destroy();
    const upstream = connect(port, target.hostname);
    let sent = false;
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      sent ||= wanted !== null && bytes.includes(wanted.text);
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (sent && wanted !== null && bytes.includes(wanted.answer)) breakAll();
      else client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: through.href,
    cut: (text, answer) =>
      new Promise((done) => {
        wanted = { text, answer, done };
      }),
    mend() {
      away = false;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
