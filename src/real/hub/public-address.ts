import { BlockList, isIP } from 'node:net';

type Subnet = readonly [prefix: string, bits: number];

/** Addresses that are never on the Internet, or never those of one machine on it (IANA special-purpose registries). */
const SPECIAL_IPV4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
];
const SPECIAL_IPV6: readonly Subnet[] = [
  // Unspecified, loopback, and addresses that contain an IPv4 address: translated, mapped and compatible ones.
  ['::', 32],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/**
 * Whether an IP address belongs to a machine on the Internet: not loopback, private, link-local, shared or unspecified.
 */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$|%.*$/g, '');
  const family = isIP(plain);
  if (family === 4) return !listOf('ipv4', SPECIAL_IPV4).check(plain, 'ipv4');
  if (family !== 6) return false;
  const behind = behindNat64(plain);
  if (behind !== undefined) return isPublicAddress(behind);
  return !listOf('ipv6', SPECIAL_IPV6).check(plain, 'ipv6');
}

function listOf(family: 'ipv4' | 'ipv6', subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [prefix, bits] of subnets) list.addSubnet(prefix, bits, family);
  return list;
}

/** Returns the IPv4 address in the last 32 bits: networks without IPv4 reach it through 64:ff9b::/96 (RFC 6052). */
function behindNat64(address: string): string | undefined {
  // The URL parser spells each address in only one way.
  const groups = /^\[64:ff9b::(?:([0-9a-f]+):)?([0-9a-f]+)\]$/.exec(new URL(`http://[${address}]`).hostname);
  if (groups === null) return undefined;
  const [high, low] = [parseInt(groups[1] ?? '0', 16), parseInt(groups[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
