// A page is fresh as it is sent; from then on its numbers stay only while something proves them.
// No proof, no number: what could be old is taken out of the page, so that it is on no screen and no paper.
const OTDR = {};
(() => {
  "use strict";
  const main = document.querySelector("main[data-sent]");
  const note = document.getElementById("blanked");
  if (!main || !note) return;
  const LIMIT = 4000; // ms without proof; looked at four times a second
  const hold = 1000 * Number(main.dataset.hold || 0); // a projector's gap, counted down before all eyes
  const clocks = () => [Date.now(), performance.now()]; // one stands still in sleep, the other can be set
  const age = () => Math.max(...clocks().map((now, i) => Math.abs(now - proof[i])));
  let proof = clocks(), kept = null, reason = "", at = 0, focused = null;

  OTDR.main = main;
  OTDR.isParts = () => main.dataset.numbers === "parts";
  OTDR.places = (root) => (OTDR.isParts() ? [...root.querySelectorAll("[data-number]")] : [root]);

  const say = (why, left) => {
    if (reason !== why) {
      note.querySelector("time").textContent = `${new Date().toISOString().slice(11, 19)} UTC`;
      for (const one of note.querySelectorAll("[data-reason]")) one.hidden = one.dataset.reason !== why;
    }
    reason = why;
    note.querySelector("[data-left]").textContent = left ? String(left) : "";
    note.hidden = !why;
  };

  OTDR.blank = (why) => {
    if (!kept) {
      [at, focused] = [window.scrollY, main.contains(document.activeElement) ? document.activeElement : null];
      kept = OTDR.places(main).map((place) => {
        const held = document.createDocumentFragment();
        held.append(...place.childNodes);
        place.classList.add("blank");
        return [place, held];
      });
    }
    say(why);
  };

  OTDR.show = (fill) => {
    if (kept) {
      const held = kept;
      kept = null;
      for (const [place, content] of held) {
        place.replaceChildren(content);
        place.classList.remove("blank");
      }
      focused = fill ? fill(held.map(([place]) => place), focused) : focused;
      if (focused) focused.focus({ preventScroll: true });
      window.scrollTo({ top: at, behavior: "instant" });
    }
    say("");
  };

  OTDR.proven = (since) => { proof = since || clocks(); };
  OTDR.clocks = clocks;

  window.addEventListener("otdr:pulse", ({ detail: { kind, epoch, isSure } }) => {
    const own = Number(main.dataset.epoch);
    if (kind === "out") OTDR.blank("out");
    else if (kind === "down") { if (!hold) OTDR.blank("down"); }
    else if (epoch === own) { if (!document.hidden) { OTDR.proven(); OTDR.show(); } }
    else if (epoch > own || isSure) { OTDR.blank("changed"); window.dispatchEvent(new Event("otdr:renew")); }
  });

  setInterval(() => {
    const left = Math.ceil((LIMIT + hold - age()) / 1000);
    if (kept || age() <= LIMIT) return;
    if (left <= 0) OTDR.blank("lost"); else if (hold) say("held", left);
  }, 250);

  // What nobody looks at is not kept up to date, so it is not there when somebody looks again.
  const hide = () => OTDR.blank("hidden");
  document.addEventListener("visibilitychange", () => { if (document.hidden) hide(); });
  document.addEventListener("freeze", hide);
  window.addEventListener("pagehide", hide);
  if (document.hidden) hide();
})();
