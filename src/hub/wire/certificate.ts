/*
 * Creates a self-signed certificate at start, so that no secret is stored. X.509 is written in DER by hand (RFC 5280),
 * which takes eighty lines and no dependency.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A key and its certificate, both PEM. The certificate is its own authority: clients must trust it as one. */
export interface Certificate {
  key: string;
  certificate: string;
}

const DAY = 86_400_000;
const ECDSA_WITH_SHA256 = [1, 2, 840, 10045, 4, 3, 2];
const COMMON_NAME = [2, 5, 4, 3];
const SUBJECT_ALT_NAME = [2, 5, 29, 17];
const BASIC_CONSTRAINTS = [2, 5, 29, 19];

/** Creates a certificate for these host names and addresses, valid from a day before `now` for a year. */
export function createCertificate(hosts: readonly string[], now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const name = sequence(set(sequence(objectId(COMMON_NAME), tagged(0x0c, Buffer.from('modeldock hub')))));
  const serial = randomBytes(16);
  // Makes it a positive number without leading zeros.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    algorithm,
    name,
    sequence(time(now - DAY), time(now + 365 * DAY)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(
        extension(SUBJECT_ALT_NAME, false, sequence(...hosts.map(generalName))),
        extension(BASIC_CONSTRAINTS, true, sequence(tagged(0x01, Buffer.from([0xff])))),
      ),
    ),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem(sequence(body, algorithm, signature)),
  };
}

function extension(id: readonly number[], critical: boolean, value: Buffer): Buffer {
  const mark = critical ? [tagged(0x01, Buffer.from([0xff]))] : [];
  return sequence(objectId(id), ...mark, tagged(0x04, value));
}

function generalName(host: string): Buffer {
  switch (isIP(host)) {
    case 4:
      return tagged(0x87, Buffer.from(host.split('.').map(Number)));
    case 6:
      return tagged(0x87, ipv6Bytes(host));
    default:
      return tagged(0x82, Buffer.from(host));
  }
}

function ipv6Bytes(host: string): Buffer {
  const [before = '', after = ''] = host.split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const zeros = new Array<string>(8 - groups(before).length - groups(after).length).fill('0');
  const all = [...groups(before), ...zeros, ...groups(after)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function time(at: number): Buffer {
  // UTCTime ends in the year 2049.
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(digits.slice(2)));
}

function objectId([first, second, ...rest]: readonly number[]): Buffer {
  const bytes = [first! * 40 + second!];
  for (const number of rest) {
    const digits = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function sequence(...parts: Uint8Array[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(...parts: Uint8Array[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

function tagged(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
