// Asking for the epoch: before anything is shown again, and once a second while the stream is silent.
(() => {
  "use strict";
  if (!OTDR.main) return;
  const SILENCE = 2500, LATE = 2000, LONGEST = 4000; // ms
  let heard = Date.now(), pause = 900, due = 0, isAsking = false;

  OTDR.jitter = (ms) => ms * (0.5 + Math.random());
  OTDR.tell = (kind, epoch, isSure) =>
    window.dispatchEvent(new CustomEvent("otdr:pulse", { detail: { kind, epoch, isSure } }));
  OTDR.heard = () => { [heard, pause] = [Date.now(), 900]; };

  const answer = async () => {
    const begun = Date.now();
    const said = await fetch("/api/v1/epoch", { cache: "no-store", signal: AbortSignal.timeout(2000) });
    if (said.status === 401 || said.status === 403) return OTDR.tell("out");
    if (!said.ok) {
      OTDR.tell("down");
      throw new Error("unavailable");
    }
    const { epoch } = await said.json();
    if (Date.now() - begun > LATE) return undefined;
    OTDR.heard();
    return OTDR.tell("proof", epoch, true);
  };

  OTDR.ask = async () => {
    if (isAsking || document.hidden) return;
    isAsking = true;
    try {
      await answer();
    } catch {
      pause = Math.min(2 * pause, LONGEST);
    }
    due = Date.now() + OTDR.jitter(pause);
    isAsking = false;
  };

  setInterval(() => { if (Date.now() - heard > SILENCE && Date.now() >= due) OTDR.ask(); }, 250);
})();
