// The desk by keyboard: lists by j and k, pages by g and a letter, all else by a palette.
// Each command is a link or a button that is there without it.
"use strict";

(() => {
  const palette = document.getElementById("palette");
  const keys = document.getElementById("desk-keys");
  if (!palette || !keys) return;
  const field = palette.querySelector("input");
  const list = palette.querySelector("[role=listbox]");
  const MOST = 12;
  const LETTER_WITHIN = 1500;

  // Single keys can be switched off, for who speaks to the computer or slips (WCAG 2.1.4).
  const OFF = "desk-single-keys-off";
  const kept = (work, otherwise) => {
    try {
      return work(window.localStorage);
    } catch {
      return otherwise; // a browser that keeps nothing
    }
  };
  const single = keys.querySelector("input");
  single.checked = kept((store) => store.getItem(OFF) === null, true);
  // The letter beside a button is shown while it does something.
  const showLetters = () => {
    for (const letter of document.querySelectorAll("main .letter")) letter.hidden = !single.checked;
  };
  single.addEventListener("change", () => {
    kept((store) => (single.checked ? store.removeItem(OFF) : store.setItem(OFF, "yes")));
    showLetters();
  });
  showLetters();

  const text = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const commands = () => {
    const found = new Map();
    for (const element of document.querySelectorAll("[data-commands] a, main :is(a[href], button)")) {
      const label = text(element);
      const shown = element.closest("[data-commands]") || element.checkVisibility?.() !== false;
      if (label && shown && !element.closest("dialog") && !found.has(label)) found.set(label, element);
    }
    return found;
  };

  // What can be done with this case comes first, then what begins with the very words, then what has them all.
  const matching = (said) => {
    const words = said.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [...commands()].filter(([label]) => words.every((word) => label.toLowerCase().includes(word)));
    const rank = ([label, element]) => {
      if (element.closest(".doings")) return 0;
      return label.toLowerCase().startsWith(words.join(" ")) ? 1 : 2;
    };
    return found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST); // a sort that keeps the page's order
  };

  let offered = [];
  let chosen = 0;
  const choose = (number) => {
    chosen = Math.max(0, Math.min(number, offered.length - 1));
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", list.children[chosen]?.id ?? "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const option = (label, run) => {
    const item = document.createElement("li");
    item.id = `command-${list.children.length}`;
    item.setAttribute("role", "option");
    item.textContent = label;
    item.addEventListener("click", () => perform(run));
    list.append(item);
    offered.push(run);
  };
  const perform = (run) => {
    palette.close();
    run();
  };
  const offer = () => {
    const said = field.value.trim();
    list.replaceChildren();
    offered = [];
    for (const [label, element] of matching(said)) option(label, () => element.click());
    if (said) {
      const address = `${palette.dataset.search}?${new URLSearchParams({ list: "all", words: said })}`;
      option(palette.dataset.looks.replace("{words}", said), () => window.location.assign(address));
    }
    choose(0);
  };
  field.addEventListener("input", offer);
  palette.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === "Enter" && offered[chosen]) perform(offered[chosen]);
    else return;
    event.preventDefault();
  });

  const open = (dialog) => {
    if (!dialog.open) dialog.showModal();
  };
  const openPalette = () => {
    field.value = "";
    offer();
    open(palette);
  };

  // A list that was looked at is gone through from page to page.
  const LIST = "desk-list";
  const rows = () => [...document.querySelectorAll("main tbody th[scope=row] a[href]")];
  const move = (step) => {
    const links = rows();
    if (!links.length) return next(step);
    const at = links.indexOf(document.activeElement?.closest("tr")?.querySelector("th[scope=row] a[href]"));
    const to = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.max(0, Math.min(at + step, links.length - 1));
    links[to].focus();
    links[to].scrollIntoView({ block: "nearest" });
    return true;
  };
  const next = (step) => {
    const paths = JSON.parse(kept((store) => store.getItem(LIST), null) || "[]");
    const at = paths.indexOf(window.location.pathname);
    const to = paths[at + step];
    if (at < 0 || !to) return false;
    window.location.assign(to);
    return true;
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("#queue th[scope=row] a[href]"))
      kept((store) => store.setItem(LIST, JSON.stringify(rows().map((link) => new URL(link.href).pathname))));
  });

  let went = -Infinity; // a page is young when its first key comes
  const go = (letter) => {
    const link = document.querySelector(`[data-commands] a[data-go="${letter}"]`);
    link?.click();
    return Boolean(link);
  };
  const act = (letter) => {
    if (!/^[a-z]$/.test(letter)) return false;
    const wanted = document.querySelector(`main [aria-keyshortcuts="${letter}"]`);
    wanted?.click();
    return Boolean(wanted);
  };
  // Rows are ticked by x, all of the page by X; how many are is said beside what can be done with them.
  const ticks = () => [...document.querySelectorAll("main .tick input")];
  const count = () => {
    const said = document.querySelector("[data-chosen]");
    if (!said) return;
    const number = ticks().filter((box) => box.checked).length;
    said.hidden = number === 0;
    said.textContent = said.dataset.words.replace("{n}", number);
  };
  const tick = () => {
    const box = document.activeElement?.closest("tr")?.querySelector(".tick input");
    box?.click();
    return Boolean(box);
  };
  const tickAll = () => {
    const boxes = ticks();
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    count();
    return boxes.length > 0;
  };
  document.addEventListener("change", (event) => {
    if (event.target.closest(".tick")) count();
  });

  const SINGLE = {
    x: tick,
    X: tickAll,
    j: () => move(1),
    k: () => move(-1),
    "/": () => {
      const search = document.querySelector("main form[method=get] input:not([type=hidden])");
      search?.focus();
      return Boolean(search);
    },
    g: (event) => {
      went = event.timeStamp;
      return true;
    },
    "?": () => open(keys) ?? true,
  };
  const writes = (target) =>
    target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") openPalette();
    else if (event.ctrlKey || event.metaKey || writes(event.target) || !single.checked) return;
    else if (event.timeStamp - went < LETTER_WITHIN && go(event.key)) went = -Infinity;
    else if (!(SINGLE[event.key]?.(event) || act(event.key))) return;
    event.preventDefault();
  });
  document.querySelector("[data-open-keys]").addEventListener("click", () => open(keys));
  document.querySelector("[data-open-palette]").addEventListener("click", openPalette);
  document.querySelector(".desk-keys-hint").hidden = false;
})();
