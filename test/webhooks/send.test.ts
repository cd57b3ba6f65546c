import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { createSender, type Lookup, type SenderOptions } from '../../src/webhooks/send.ts';
import { openReceiver } from '../helpers/receiver.ts';

const LOOPBACK = [{ address: '127.0.0.0', prefix: 8 }];
const never = () => new AbortController().signal;
const sender = (more: Partial<SenderOptions> = {}) =>
  createSender({ allowedNetworks: [], agent: 'expunge/test', timeoutMs: 5000, ...more });
const send = (options: Partial<SenderOptions>, url: string) =>
  sender(options).send(url, { 'webhook-id': 'one' }, '{"a":"ü"}', never());
const outcome = async (options: Partial<SenderOptions>, url: string) => {
  const { duration_ms, ...rest } = await send(options, url);
  assert.ok(duration_ms >= 0);
  return rest;
};
const says = (...addresses: string[]): { lookup: Lookup; asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    async lookup(host) {
      asked.push(host);
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  };
};

test('the body arrives byte for byte, and of the answer the status alone is kept', async (t) => {
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  const { host, port } = new URL(receiver.url);
  assert.deepEqual(await outcome({ allowedNetworks: LOOPBACK }, receiver.url), { status: 204, retry_after: null });
  const [{ body, headers }] = receiver.got as [(typeof receiver.got)[0]];
  assert.equal(body, '{"a":"ü"}');
  assert.deepEqual(
    [headers['content-type'], headers['user-agent'], headers['webhook-id'], headers.host],
    ['application/json', 'expunge/test', 'one', host],
  );
  receiver.answers.push({ status: 429, headers: { 'retry-after': '7' } });
  assert.deepEqual(await outcome({ allowedNetworks: LOOPBACK }, receiver.url), { status: 429, retry_after: '7' });
  // a redirect is an answer: nobody goes where it points
  receiver.answers.push({ status: 307, headers: { location: `http://127.0.0.1:${port}/elsewhere` } });
  assert.deepEqual(await outcome({ allowedNetworks: LOOPBACK }, receiver.url), { status: 307, retry_after: null });
  assert.deepEqual(
    receiver.got.map(({ path }) => path),
    ['/hook', '/hook', '/hook'],
  );
});

test('a host is refused for any address that is not public, however many others it has', async (t) => {
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  const { port } = new URL(receiver.url);
  const url = `https://hooks.example.org:${port}/`;
  for (const one of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1', 'fd00:ec2::254'])
    for (const addresses of [[one], ['1.1.1.1', one]])
      assert.deepEqual(await outcome(says(...addresses), url), { error: 'address_not_allowed' }, one);
  assert.deepEqual(await outcome({}, `http://127.0.0.1:${port}/`), { error: 'url_not_allowed' });
  assert.deepEqual(await outcome({}, `https://127.0.0.1:${port}/`), { error: 'url_not_allowed' });
  assert.equal(receiver.got.length, 0);
});

test('a host is looked up once, and the connection goes to what was checked', async (t) => {
  const receiver = await openReceiver();
  t.after(() => receiver.close());
  const { port } = new URL(receiver.url);
  // a name server that answers otherwise the second time, as one that rebinds does
  const asked: string[] = [];
  const lookup: Lookup = async (host) => {
    asked.push(host);
    return [{ address: asked.length === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
  };
  const allowedNetworks = LOOPBACK;
  // no TLS there: that the greeting was not understood shows who was connected to
  const first = await outcome({ allowedNetworks, lookup }, `https://hooks.example.org:${port}/`);
  assert.deepEqual([first, asked], [{ error: 'tls' }, ['hooks.example.org']]);
  const second = await outcome({ allowedNetworks, lookup }, `https://hooks.example.org:${port}/`);
  assert.deepEqual([second, asked.length], [{ error: 'address_not_allowed' }, 2]);
});

test('names that are not there, silence and refused connections have a word each', async () => {
  const receiver = await openReceiver();
  const { port } = new URL(receiver.url);
  const lookup: Lookup = async () => {
    throw new Error('ENOTFOUND');
  };
  assert.deepEqual(await outcome({ lookup }, 'https://hooks.example.org/'), { error: 'dns' });
  assert.deepEqual(await outcome(says(), 'https://hooks.example.org/'), { error: 'dns' });
  const slow: Lookup = () => new Promise(() => undefined);
  const timeoutMs = 30;
  assert.deepEqual(await outcome({ lookup: slow, timeoutMs }, 'https://hooks.example.org/'), { error: 'timeout' });
  receiver.answers.push('wait');
  const waiting = { allowedNetworks: LOOPBACK, timeoutMs: 100 };
  assert.deepEqual(await outcome(waiting, receiver.url), { error: 'timeout' });
  await receiver.close();
  assert.deepEqual(await outcome(waiting, `http://127.0.0.1:${port}/`), { error: 'connection' });
});

test('an answer that changes the protocol is one like any other; so is a connection that is closed without a word', {
  timeout: 10_000,
}, async (t) => {
  const answers = [
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nand more',
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    '',
    'HTTP/1.1 101 Switching Protocols\r\nConn',
  ];
  const closed: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    closed.push(once(socket, 'close'));
    const answer = answers.shift()!;
    socket.on('error', () => undefined);
    // what was switched is left open: closing it is for the sender to do
    socket.once('data', () =>
      answer.endsWith('\n') || answer.endsWith('more') ? socket.write(answer) : socket.end(answer),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const expected of [
    { status: 200, retry_after: null },
    { status: 101, retry_after: null },
    { status: 204, retry_after: null },
    { error: 'connection' },
    { error: 'connection' },
  ])
    assert.deepEqual(await outcome({ allowedNetworks: LOOPBACK }, url), expected);
  assert.equal((await Promise.all(closed)).length, 5);
});
