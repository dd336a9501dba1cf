import type { Socket } from 'node:net';

type Listener = (...parameters: unknown[]) => void;

/**
 * Works around a failing assertion of undici 7: if a server ends a connection while its answer is paused, undici throws
 * an error that cannot be caught (nodejs/undici#5360; fixed in version 8, which needs Node 22). Any server that closes
 * its connections, for instance with HTTP/1.0, would end the process as soon as the disk is slow. With this, the
 * connection breaks instead, as it would on the network: the received bytes stay, and the rest is requested again.
 */
export function breakWhereUndiciAsserts(socket: Socket): void {
  const on = socket.on.bind(socket) as (name: string, listener: Listener) => Socket;
  const guardedOn = (name: string, listener: Listener): Socket => {
    if (name === 'end') return on(name, guarded(listener));
    // undici treats an ECONNRESET as a normal end if the connection was not to be kept; any other error breaks the
    // answer.
    if (name === 'error')
      return on(
        name,
        guarded(listener, (error) => listener.call(socket, error)),
      );
    return on(name, listener);
  };

  function guarded(listener: Listener, instead: (error: Error) => void = (error) => socket.destroy(error)): Listener {
    return (...parameters) => {
      try {
        listener.apply(socket, parameters);
      } catch (cause) {
        instead(new Error('the connection ended before all of it was read', { cause }));
      }
    };
  }

  Object.assign(socket, { on: guardedOn, addListener: guardedOn });
}
