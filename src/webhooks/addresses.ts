// Which addresses may be sent to: public ones. What the registries of special purpose (RFC 6890 and the entries since) set apart is refused.
import { BlockList, isIP } from 'node:net';
import { ExpungeError } from '../errors.ts';

export interface Network {
  address: string;
  prefix: number;
}

/** [network, what it is for]. IANA IPv4 Special-Purpose Address Registry, and multicast. */
export const REFUSED_IPV4: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared by carriers'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local; metadata of clouds'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol assignments; metadata of one cloud'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'AS112'],
  ['192.52.193.0/24', 'automatic multicast tunnels'],
  ['192.88.99.0/24', '6to4 relays'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'AS112'],
  ['198.18.0.0/15', 'benchmarks'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved; broadcast'],
  ['168.63.129.16/32', 'host services of one cloud'],
];

/** Of IPv6 only this is given out as public: loopback, mapped IPv4, NAT64, local and multicast addresses lie outside. */
export const PUBLIC_IPV6 = '2000::/3';

/** Within that. */
export const REFUSED_IPV6: readonly (readonly [cidr: string, what: string])[] = [
  ['2001::/23', 'protocol assignments; Teredo, which carries IPv4'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4, which carries IPv4'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3fff::/20', 'documentation'],
];

/** Of a list by comma. Throws `start-refused`. */
export function parseNetworks(text: string): Network[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map(parseNetwork);
}

function parseNetwork(part: string): Network {
  const [address = '', prefix = '', ...rest] = part.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= most)
    return { address, prefix: Number(prefix) };
  throw new ExpungeError(
    'start-refused',
    'WEBHOOK_ALLOWED_NETWORKS must list networks as 127.0.0.0/8 or ::1/128, by comma',
  );
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

export function networkList(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix } of networks) list.addSubnet(address, prefix, familyOf(address));
  return list;
}

const read = (cidr: string): Network => {
  const [address, prefix] = cidr.split('/');
  return { address: address!, prefix: Number(prefix) };
};
const refused = networkList([...REFUSED_IPV4, ...REFUSED_IPV6].map(([cidr]) => read(cidr)));
const publicIpv6 = networkList([read(PUBLIC_IPV6)]);

/** Anybody may be reached there. False for what is no address. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 6 && !publicIpv6.check(address, 'ipv6')) return false;
  return !refused.check(address, familyOf(address));
}

export const isIn = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, familyOf(address));
