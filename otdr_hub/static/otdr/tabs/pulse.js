// Where the proof comes from: one stream for all tabs of a browser (it allows six connections to a host),
// held by the tab that has the lock and passed on to the others. Whoever hears nothing asks for itself.
(() => {
  "use strict";
  if (!OTDR.main) return;
  const NAME = "otdr-pulse", LATE = 2000, LONGEST = 4000; // ms
  let least = Infinity, pause = 500, retry = 0;
  let channel = null, source = null, release = null, giveUp = null;

  // Events held back on their way (a proxy, a frozen tab) prove nothing: they are told by the server's time.
  const hear = (kind, { epoch, at }) => {
    if (kind === "hb" || kind === "epoch") {
      const lag = Date.now() - at;
      least = Math.min(least, lag);
      if (lag - least > LATE) return;
      OTDR.heard();
      pause = 500;
    }
    OTDR.tell(kind, epoch, false);
  };

  const connect = () => {
    least = Infinity;
    source = new EventSource("/api/v1/stream");
    for (const kind of ["hb", "epoch", "down", "out"]) {
      source.addEventListener(kind, ({ data }) => {
        if (channel) channel.postMessage([kind, JSON.parse(data)]);
        hear(kind, JSON.parse(data));
      });
    }
    // Not the browser's own retry: it gives up after a refusal, and all tabs would come at the same moment.
    source.addEventListener("error", () => {
      source.close();
      retry = setTimeout(connect, OTDR.jitter(pause));
      pause = Math.min(2 * pause, LONGEST);
    });
  };

  const join = () => {
    if (channel || !navigator.locks) return;
    channel = new BroadcastChannel(NAME);
    channel.addEventListener("message", ({ data }) => hear(...data));
    giveUp = new AbortController();
    const lead = () => new Promise((done) => { release = done; connect(); });
    navigator.locks.request(NAME, { signal: giveUp.signal }, lead).catch(() => {});
  };
  // A page that is put away keeps nothing open: another tab takes the lock, and this one may be kept whole.
  const leave = () => {
    clearTimeout(retry);
    if (source) source.close();
    if (release) release(); else if (giveUp) giveUp.abort();
    if (channel) channel.close();
    channel = source = release = giveUp = null;
  };
  const back = () => { join(); OTDR.ask(); };

  document.addEventListener("visibilitychange", () => { if (!document.hidden) back(); });
  document.addEventListener("freeze", leave);
  document.addEventListener("resume", back);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) back(); });
  window.addEventListener("online", back);
  join();
})();
