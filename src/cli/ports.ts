// Ports for the processes that we start: chosen here, since a process that is started again must keep its own.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ExpungeError } from '../errors.ts';

/** The port itself when it is free, any free one for 0. Throws `start-refused` when it is taken. */
export async function claimPort(host: string, port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE' ? 'is in use; set PORT to another one, or to 0 for any' : `cannot be used (${code})`;
    throw new ExpungeError('start-refused', `Port ${port} of ${host} ${why}`);
  } finally {
    server.close();
  }
}

/** Base URL at which a server that listens on `host` is reached from this machine. */
export function localUrl(host: string, port: number): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}
