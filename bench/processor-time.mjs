// Preloaded into a server that is measured: tells its parent process how much processor time, in µs, and memory, in bytes,
// it has used.
process.on('message', () =>
  process.send({ ...process.cpuUsage(), rss: process.memoryUsage.rss(), mostRss: mostRss() }),
);

function mostRss() {
  // Kilobytes, on all systems: libuv converts.
  return process.resourceUsage().maxRSS * 1024;
}
// The listener must not keep an otherwise idle server alive.
process.channel?.unref();
