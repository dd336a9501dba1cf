// Preloaded into a server that is measured: tells its parent process how much processor time, in µs, and memory, in bytes,
// it has used.
process.on('message', () =>
  process.send({ ...process.cpuUsage(), rss: process.memoryUsage.rss(), mostRss: mostRss() }),
);

function mostRss() {
  // Kilobytes, on all systems: libuv converts.
  return process.resourceUsage().maxRSS * 1024;
}
// The question must not keep a server alive that has nothing else to do.
process.channel?.unref();
