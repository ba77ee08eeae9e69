// Preloaded into what run.mjs starts: when run.mjs is gone, even killed outright, stop gracefully too,
// so that no server stays behind and holds its port.

const parentPid = process.ppid;

setInterval(() => {
  if (process.ppid === parentPid) return;
  process.kill(process.pid, 'SIGTERM');
}, 500).unref();
