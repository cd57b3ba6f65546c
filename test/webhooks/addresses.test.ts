import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import {
  isIn,
  isPublic,
  networkList,
  parseNetworks,
  REFUSED_IPV4,
  REFUSED_IPV6,
} from '../../src/webhooks/addresses.ts';
import { refusalOf } from '../../src/webhooks/url.ts';

const number = (address: string) => address.split('.').reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
const dotted = (n: bigint) => [24n, 16n, 8n, 0n].map((shift) => (n >> shift) & 255n).join('.');

test('of every IPv4 range the first and the last address are refused', () => {
  for (const [cidr, what] of REFUSED_IPV4) {
    const [address, prefix] = cidr.split('/');
    const first = number(address!);
    const last = first + (1n << (32n - BigInt(prefix!))) - 1n;
    for (const one of [dotted(first), dotted(last)]) assert.equal(isPublic(one), false, `${one}: ${what}`);
  }
});

test('addresses beside the ranges are public', () => {
  for (const one of ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'])
    assert.ok(isPublic(one), one);
  for (const one of ['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255'])
    assert.ok(isPublic(one), one);
  for (const one of ['192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255', '2606:4700::1111', '2a00::1'])
    assert.ok(isPublic(one), one);
});

test('metadata services, and every way to write an IPv4 address in IPv6, are refused', () => {
  const never = [
    ...['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16', '255.255.255.255'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1'],
    ...['2002:7f00:1::', '2001:0:4136:e378::1', 'fe80::1', 'fec0::1', 'fc00::1', 'ff02::1', '100::1', '5f00::1'],
    ...['2001:db8::1', '3fff::1', '2001:2::1', '2620:4f:8000::1'],
  ];
  for (const one of never) {
    assert.notEqual(isIP(one), 0, one);
    assert.equal(isPublic(one), false, one);
  }
  for (const [cidr, what] of REFUSED_IPV6) assert.equal(isPublic(`${cidr.split('/')[0]}`), false, what);
  assert.equal(isPublic('example.org'), false);
});

test('allowed networks open what they name, mapped or not, and nothing beside', () => {
  const list = networkList(parseNetworks('127.0.0.0/8, fd12::/16'));
  for (const wrong of ['127.0.0.1', '127.0.0.0/33', 'localhost/8', '::1/129', '1.1.1.1/8/8', '1.1.1.1/'])
    assert.throws(() => parseNetworks(wrong), { code: 'start-refused' }, wrong);
  for (const one of ['127.0.0.1', '127.255.255.255', '::ffff:127.0.0.1', 'fd12:1::1']) assert.ok(isIn(list, one), one);
  for (const one of ['128.0.0.1', '::1', 'fd13::1', 'localhost']) assert.ok(!isIn(list, one), one);
});

test('a URL is https, on a free port, without credentials; an address in it is public, however it is written', () => {
  const none = networkList([]);
  const fine = ['https://example.org/hook?a=b', 'https://example.org:8443/', 'https://1.1.1.1/', 'https://[2a00::1]/'];
  for (const url of fine) assert.equal(refusalOf(url, none), null, url);
  const refused = {
    'no url': 'is not a URL',
    'ftp://example.org/': 'must be https',
    'http://example.org/': 'must be https',
    'javascript:alert(1)': 'must be https',
    'https://ada:secret@example.org/': 'must not carry a user name or a password',
    'https://example.org/#a': 'must not carry a fragment',
    'https://example.org:22/': 'must use port 443, or one from 1024 up',
  };
  for (const [url, why] of Object.entries(refused)) assert.equal(refusalOf(url, none), why, url);
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::1]', '[::ffff:a9fe:a9fe]', '0'])
    assert.equal(refusalOf(`https://${host}/`, none), 'names an address that is not public', host);
  const loopback = networkList([{ address: '127.0.0.0', prefix: 8 }]);
  assert.equal(refusalOf('http://127.0.0.1:81/hook', loopback), null);
  assert.equal(refusalOf('http://[::1]:81/hook', loopback), 'must be https');
});
