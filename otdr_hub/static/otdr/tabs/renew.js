// The page as it is now, put in place of what was taken out; what was open stays open, focus and place are kept.
(() => {
  "use strict";
  if (!OTDR.main) return;
  const { main } = OTDR;
  // What a form was answered with stands at the form's address; its page can be asked for again.
  const address = main.dataset.address || location.href;
  let isRunning = false, isWanted = false, isStuck = false, retry = 0;

  const sign = (one) => one && (one.id || one.getAttribute("href") || one.textContent.trim());
  const opened = (places) => new Set(
    places.flatMap((place) => [...place.querySelectorAll("details[open] > summary")]).map(sign),
  );

  // In a page with forms only the places of numbers are renewed: what somebody typed stays.
  const put = (page, fresh, begun) => {
    const places = OTDR.places(fresh);
    OTDR.show((olds, focused) => {
      const [open, wanted] = [opened(olds), sign(focused)];
      olds.forEach((old, i) => old.replaceChildren(...places[i].childNodes));
      for (const one of olds.flatMap((old) => [...old.querySelectorAll("details > summary")])) {
        if (open.has(sign(one))) one.parentElement.open = true;
      }
      if (!wanted || focused.isConnected) return focused;
      return [...main.querySelectorAll("a, button, summary, input, [tabindex]")].find((one) => sign(one) === wanted);
    });
    for (const name of ["epoch", "sent"]) main.dataset[name] = fresh.dataset[name];
    document.title = page.title;
    document.body.className = page.body.className;
    OTDR.proven(begun);
    window.dispatchEvent(new Event("otdr:renewed"));
  };

  const renew = async () => {
    isWanted = true;
    if (isStuck) OTDR.blank("reload");
    if (isStuck || isRunning) return;
    isRunning = true;
    clearTimeout(retry);
    while (isWanted) {
      isWanted = false;
      const begun = OTDR.clocks();
      try {
        const options = { cache: "no-store", headers: { Accept: "text/html" }, signal: AbortSignal.timeout(8000) };
        const answer = await fetch(address, options);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("main[data-sent]");
        if (fresh) {
          const same = !OTDR.isParts() || OTDR.places(fresh).length === OTDR.places(main).length;
          isStuck = !same;
          if (isStuck) OTDR.blank("reload");
          else if (!document.hidden) put(page, fresh, begun);
        } else if (answer.status < 500) location.replace(address);
        else throw new Error("unavailable");
      } catch {
        retry = setTimeout(renew, 500 + 1000 * Math.random());
      }
    }
    isRunning = false;
  };
  // Many tabs hear of a change at once; they do not ask at once.
  window.addEventListener("otdr:renew", () => { setTimeout(renew, 150 * Math.random()); });
})();
