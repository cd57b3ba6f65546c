// The end of the service: what is in flight is answered, and no connection holds it up.
import type { App } from './types.ts';

/** For the last bytes of the last answer. */
const LAST_BYTES_MS = 250;

/**
 * What is being answered then is its connection's last, and once nothing is, connections that nobody has sent anything on are
 * closed too: Node does not count those as idle, and would wait until their clients give them up. Call it before any route.
 */
export function installEnding(app: App): void {
  let ending = false;
  let inFlight = 0;
  const closeRest = () => {
    if (ending && inFlight === 0) setTimeout(() => app.server.closeAllConnections(), LAST_BYTES_MS).unref();
  };
  // not by hooks: there is none for a client that leaves before its answer
  app.server.on('request', (_request, response) => {
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
      closeRest();
    });
  });
  app.addHook('preClose', async () => {
    ending = true;
    closeRest();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (ending) reply.header('connection', 'close');
    done();
  });
}
