// Loaded into the server under test: answers its parent with what the process holds.
process.on('message', () => {
  globalThis.gc?.();
  const resources = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const { heapUsed, rss } = process.memoryUsage();
  process.send({ resources, heapUsed, rss });
});
process.channel.unref();
