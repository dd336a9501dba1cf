import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { runMatrix, type Row } from './row.js';

const refused = { outcome: { refused: 'redirect_refused' }, bounds: { reads: 0 } } as const;

/** Addresses that somebody in this process tried to connect to. */
let tried: string[] = [];
const listen = (message: unknown): void => {
  (message as { socket: Socket }).socket.on('connectionAttempt', (address: string) => tried.push(address));
};
beforeEach(() => {
  tried = [];
  subscribe('net.client.socket', listen);
});
afterEach(() => unsubscribe('net.client.socket', listen));

const staysHere = (): void => {
  expect(tried.length).toBeGreaterThan(0);
  expect(tried.filter((address) => !/^127\.|^::1$/.test(address))).toEqual([]);
};

describe('a hub without encryption', () => {
  const rows: Row[] = [
    {
      fault: 'refuses another protocol',
      faults: [{ effect: { type: 'redirect', to: 'another-protocol' } }],
      ...refused,
    },
    { fault: 'refuses a loop', faults: [{ effect: { type: 'redirect', to: 'loop' } }], ...refused },
  ].map((row) => ({ ...row, shows: staysHere }) as Row);
  runMatrix(rows);
});

describe('a hub on the Internet', () => {
  const rows: Row[] = [
    {
      fault: 'refuses a private address',
      faults: [{ effect: { type: 'redirect', to: 'private-address' } }],
      outcome: { refused: 'redirect_refused' },
      bounds: { reads: 0 },
      shows: staysHere,
    },
    {
      fault: 'fails with redirect_refused when a private address comes later',
      faults: [
        { effect: { type: 'signature-lifetime', ms: 2000 } },
        { effect: { type: 'slow-body', bytesPerSecond: 200_000 } },
        { when: { nth: { from: 2 } }, effect: { type: 'redirect', to: 'private-address' } },
      ],
      outcome: { failed: 'redirect_refused' },
      engine: { limits: { connectionsAtStart: 2, connectionsPerFile: 2 } },
      shows: staysHere,
    },
  ];
  // What is on loopback counts as the Internet here, and what is private as private.
  runMatrix(rows, { engine: () => ({ isPublicAddress: (address) => address.startsWith('127.') }) });
});

describe('a hub with encryption', () => {
  const rows: Row[] = [
    { fault: 'completes', faults: [], outcome: 'completed', bounds: { servedTwice: 0, resolvesPerFile: 1 } },
    {
      fault: 'refuses to go on without',
      faults: [{ effect: { type: 'redirect', to: 'another-protocol' } }],
      outcome: { refused: 'redirect_refused' },
      bounds: { reads: 0 },
    },
  ];
  runMatrix(rows, { hub: { tls: true }, engine: ({ certificate }) => ({ ca: certificate! }) });
});
