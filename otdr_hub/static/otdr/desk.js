// Keys for who likes them (j, k, Enter, ?), to be switched off; and how many lines a button would sign.
// Everything works without this file.
(() => {
  "use strict";
  const stops = [...document.querySelectorAll("[data-keys] [data-stop]")];
  const help = document.querySelector("[data-keys-help]");
  const box = document.querySelector("[data-keys-switch]");
  const KEPT = "otdr-keys";

  const isOn = () => {
    try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
  };
  const keep = (on) => {
    try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* the choice holds for this page */ }
  };

  let on = isOn();
  if (box && stops.length) {
    const tick = box.querySelector("input");
    box.hidden = false;
    tick.checked = on;
    tick.addEventListener("change", () => {
      on = tick.checked;
      keep(on);
      if (help && !on) help.hidden = true;
    });
  }

  const current = () => stops.findIndex((stop) => stop.contains(document.activeElement));
  const go = (to) => {
    const stop = stops[Math.min(Math.max(to, 0), stops.length - 1)];
    if (!stop) return;
    stop.focus();
    stop.scrollIntoView({ block: "nearest" });
  };
  const open = (stop) => {
    const link = stop.querySelector("a");
    const details = stop.querySelector("details");
    if (details) details.open = !details.open;
    else if (link) link.click();
  };

  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (typing) return;
    if (event.key === "j") go(current() + 1);
    else if (event.key === "k") go(current() - 1);
    else if (event.key === "?" && help) help.hidden = !help.hidden;
    else if (event.key === "Enter" && stops.includes(event.target)) {
      event.preventDefault();
      open(event.target);
    }
  });

  const form = document.querySelector("form.sign");
  const button = form && form.querySelector("[data-count]");
  if (button) {
    const count = () => {
      const chosen = [...form.querySelectorAll(".answer input[type=radio]:checked")];
      const signed = chosen.filter((one) => one.value !== "leave").length;
      const said = signed === chosen.length ? button.dataset.countAll : button.dataset.count;
      button.textContent = said.replace("{n}", signed).replace("{all}", chosen.length);
    };
    form.addEventListener("change", count);
    count();
  }
})();
