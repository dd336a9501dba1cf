/*
 * The kinds of line on which clients are measured. All of them lead to one nginx process, which sends one file from
 * memory.
 */

/** The speed of a CDN per connection. */
const BYTES_PER_SECOND = 40_000_000;
export const LATE_MS = 100;

/*
 * nginx lets each request send a second's worth at once before it limits the speed, so that it would never slow down a
 * client with small requests. But it waits after each chunk as long as the chunk should have taken: with small chunks
 * the speed is even.
 */
const throttled = `limit_rate ${BYTES_PER_SECOND}; sendfile_max_chunk 512k;`;

/** Settings by name; `directives` go into nginx's server block. */
export const settings = {
  unthrottled: { title: 'unthrottled loopback', directives: () => '' },
  throttled: { title: '40 MB/s per connection', directives: () => throttled },
  tls: { title: 'unthrottled loopback with TLS', tls: true, directives: () => '' },
  latency: {
    title: `40 MB/s per connection, ${LATE_MS} ms to the first byte`,
    directives: ({ waitingRoom }) => `${throttled} auth_request /wait;
      location = /wait { internal; auth_request off; limit_rate 0; proxy_pass_request_body off; proxy_pass ${waitingRoom}; }`,
  },
};
