import { setupServer } from 'msw/node';
import type { HttpHandler } from 'msw';
import { createHandlers } from '../handlers/create-handlers.js';
import { passThrough } from '../handlers/pass-through.js';
import { createSharedAddress, type SharedAddress } from './fixture/shared-address.js';

/** A server of MSW, as far as handlers are added to it. */
export interface HandlersTarget {
  use(...handlers: HttpHandler[]): void;
}

interface MswAddress {
  address: SharedAddress;
  server: ReturnType<typeof setupServer>;
}

/**
 * One address of each base URL, for all tests of this process: of two servers of MSW at one address, the first would answer
 * the calls of the other's tests.
 */
const addresses = new Map<string, MswAddress>();

/**
 * Opens the address at which the tests of this process are called, through MSW: by a server of MSW that listens while
 * there are tests, or by a server of the caller's own.
 * @returns the address, and how to leave it
 */
export function openMswAddress(
  baseUrl: string,
  own: HandlersTarget | undefined,
): { address: SharedAddress; leave: () => void } {
  let entry = addresses.get(baseUrl);
  if (!entry) {
    const address = createSharedAddress({ unnamed: 'only' });
    entry = { address, server: setupServer(...createHandlers(address.api, { baseUrl })) };
    addresses.set(baseUrl, entry);
  }
  const { address, server } = entry;
  if (own) own.use(...createHandlers(address.api, { baseUrl }));
  else if (address.size === 0) server.listen(passThrough);
  return {
    address,
    leave: () => {
      if (!own && address.size === 0) server.close();
    },
  };
}
