import type { Socket } from 'node:net';

type Listener = (...parameters: unknown[]) => void;

/**
 * undici 7 asserts that nobody ends a connection while its answer is paused, and throws where no one can catch it
 * (nodejs/undici#5360; what mends it is in 8, which needs Node 22). Any server that closes its connections, HTTP/1.0
 * ones for instance, would end the process as soon as the disk is slow. Here the connection breaks instead, as it does
 * on the network: what has arrived stays, and the rest is asked for.
 */
export function breakWhereUndiciAsserts(socket: Socket): void {
  const on = socket.on.bind(socket) as (name: string, listener: Listener) => Socket;
  const guardedOn = (name: string, listener: Listener): Socket => {
    if (name === 'end') return on(name, guarded(listener));
    // An ECONNRESET is taken for an end where the connection was not to be kept; any other error breaks the answer.
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
