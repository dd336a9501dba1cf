// Preloaded into a server that is measured: tells its parent process how much processor time it has used, in µs.
process.on('message', () => process.send(process.cpuUsage()));
// The question must not keep a server alive that has nothing else to do.
process.channel?.unref();
