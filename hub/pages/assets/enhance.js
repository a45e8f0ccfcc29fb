// SPDX-License-Identifier: Apache-2.0
// Comfort only: every page does the same without it.
"use strict";

document.documentElement.classList.add("scripted");

// A page that stays open says how old it has become.
const started = Date.now();
for (const time of document.querySelectorAll("[data-ages] time")) {
  const age = document.createElement("span");
  time.after(age);
  setInterval(() => {
    const minutes = Math.floor((Date.now() - started) / 60000);
    if (minutes > 0)
      age.textContent = minutes < 120 ? `, ${minutes} min ago` : `, ${Math.floor(minutes / 60)} hours ago`;
  }, 10000);
}

// A select in a form of filters applies at once.
for (const select of document.querySelectorAll("form[data-apply] select"))
  select.addEventListener("change", () => select.form.requestSubmit());

// An empty field of a filter is not sent, so that a link that is copied says only what was chosen.
for (const form of document.querySelectorAll("form[data-apply]"))
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
  });

// Narrows the rows that are shown, while typing.
for (const field of document.querySelectorAll("input[data-narrows]")) {
  const table = document.getElementById(field.dataset.narrows);
  const said = document.getElementById(field.dataset.says);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) shown += 1;
    }
    if (said) said.textContent = wanted === "" ? "" : `${shown} of the rows on this page`;
  });
}
