import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { MargayError } from '../errors.ts';

/** What no host of the public internet has (IANA's registries of special purpose addresses), as address and bits. */
const NOT_PUBLIC_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;
/** Within 2000::/3, outside of which nothing is public: tunnels that lead to an IPv4 address of anybody's choice, documentation, and the like. */
const NOT_PUBLIC_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const blocked = new BlockList();
for (const [address, bits] of NOT_PUBLIC_V4) blocked.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of NOT_PUBLIC_V6) blocked.addSubnet(address, bits, 'ipv6');
const unicast = new BlockList();
unicast.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address, without brackets, is one that hosts on the public internet have. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !blocked.check(address, 'ipv4');
  return isIP(address) === 6 && unicast.check(address, 'ipv6') && !blocked.check(address, 'ipv6');
}

/** Names that a resolver or a proxy may know as machines of its own network. */
const isLocalName = (host: string) => !host.includes('.') || /\.(localhost|local|internal|lan|home\.arpa)$/.test(host);

/**
 * Refuses what a URL itself says of being no place on the public internet. What its name leads to, `publicLookup` sees.
 * @throws MargayError BAD_INPUT.
 */
export function refuseLocal({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) ? !isPublicAddress(host) : isLocalName(host)) throw local();
}

const local = () =>
  new MargayError('BAD_INPUT', 'It lies at a private address, which the files of others are not followed to.', {
    remedy: 'If the pictures really lie in your own network, give --allow-local.',
  });

/** As Node's own `lookup` of all addresses. */
export type Resolve = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for connections: the address that is checked is the one that is connected to, so that a name that leads elsewhere a moment later gains nothing.
 * A name with one private address among public ones is refused too.
 * @param trusted names that the operator gave, such as the proxy's.
 */
export function publicLookup(trusted: ReadonlySet<string>, resolve: Resolve = lookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const refused =
        error ?? (trusted.has(host) || addresses.every(({ address }) => isPublicAddress(address)) ? null : local());
      const [first] = addresses ?? [];
      if (refused || !first) done(refused ?? new Error(`${host} has no address.`), '', 0);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
