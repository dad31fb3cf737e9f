"use strict";
// Maps that answer the pointer. The page holds the tokens as JSON: lists of numbers, and every name once.
// Texts are only ever set as text, never as markup.
const hoverMaps = {
  // Names of the shapes, in the order of w2vpraat.export.styles.MARKERS.
  shapes: ["disc", "up", "square", "diamond", "down", "plus", "cross", "left", "right"],

  // Nearest shown token to (x, y) that is no farther than `reach`; -1 if there is none. `places` holds x and y of
  // every token in tenths of a pixel, below zero where the map has it not.
  nearest(places, shown, x, y, reach) {
    let best = -1;
    let least = reach * reach;
    for (let token = 0; token < shown.length; token += 1) {
      if (!shown[token] || places[2 * token] < 0) continue;
      const dx = places[2 * token] - x;
      const dy = places[2 * token + 1] - y;
      const distance = dx * dx + dy * dy;
      if (distance <= least) {
        least = distance;
        best = token;
      }
    }
    return best;
  },

  // The shown token that one comes to from another by an arrow key: the nearest within 45 degrees of its
  // direction; the same token if there is none.
  onward(places, shown, from, right, down) {
    let best = from;
    let least = Infinity;
    for (let token = 0; token < shown.length; token += 1) {
      if (!shown[token] || places[2 * token] < 0) continue;
      const dx = places[2 * token] - places[2 * from];
      const dy = places[2 * token + 1] - places[2 * from + 1];
      const along = dx * right + dy * down;
      const aside = Math.abs(dx * down + dy * right);
      if (along <= 0 || aside > along) continue;
      const distance = along + aside;
      if (distance < least) {
        least = distance;
        best = token;
      }
    }
    return best;
  },

  // What a token says: [heading, text] in order, without empty texts.
  says(data, token) {
    const lines = [["speaker", data.speakers[data.speaker[token]]]];
    for (const detail of data.details) {
      lines.push([detail.head, detail.names ? detail.names[detail.at[token]] : detail.texts[token]]);
    }
    return lines.filter((line) => line[1] !== "");
  },

  // Which tokens are shown: those of the chosen labels (all if none is chosen) and of the chosen speaker (-1: all).
  visible(data, labels, speaker) {
    return data.label.map(
      (label, token) => (labels.size === 0 || labels.has(label)) && (speaker < 0 || data.speaker[token] === speaker),
    );
  },

  trace(pen, shape, r) {
    pen.beginPath();
    const corners = {
      up: [[0, -1.1], [1.05, 0.9], [-1.05, 0.9]],
      down: [[0, 1.1], [1.05, -0.9], [-1.05, -0.9]],
      left: [[-1.1, 0], [0.9, -1.05], [0.9, 1.05]],
      right: [[1.1, 0], [-0.9, -1.05], [-0.9, 1.05]],
      square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
      diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
      plus: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1],
        [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
      cross: [[0, -0.5], [0.6, -1.1], [1.1, -0.6], [0.5, 0], [1.1, 0.6], [0.6, 1.1], [0, 0.5], [-0.6, 1.1], [-1.1, 0.6],
        [-0.5, 0], [-1.1, -0.6], [-0.6, -1.1]],
    }[shape];
    if (!corners) pen.arc(0, 0, r, 0, 2 * Math.PI);
    else for (const [x, y] of corners) pen.lineTo(x * r, y * r);
    pen.closePath();
    pen.fill();
  },

  start(box) {
    const data = JSON.parse(box.querySelector("script").textContent);
    const plots = Array.from(box.querySelectorAll(".plot"));
    const canvases = plots.map((plot) => plot.querySelector("canvas"));
    const rings = plots.map((plot) => plot.querySelector(".ring"));
    const buttons = Array.from(box.querySelectorAll(".legend button[data-label]"));
    const [width, height] = plots[0].querySelector("svg").getAttribute("viewBox").split(" ").slice(2).map(Number);
    const all = box.querySelector(".legend .all");
    const select = box.querySelector("select");
    const output = box.querySelector("output");
    const tip = box.querySelector(".tip");
    const chosen = new Set();
    let shown = hoverMaps.visible(data, chosen, -1);
    let current = -1;
    let kept = false;

    const stamps = (scale) => data.labels.map((_, label) => {
      const stamp = document.createElement("canvas");
      const half = Math.ceil(1.4 * data.radius * scale);
      stamp.width = stamp.height = 2 * half;
      const pen = stamp.getContext("2d");
      pen.translate(half, half);
      pen.globalAlpha = data.alpha;
      pen.fillStyle = data.colours[label];
      hoverMaps.trace(pen, hoverMaps.shapes[data.marks[label]], data.radius * scale);
      return stamp;
    });

    const draw = () => {
      plots.forEach((plot, at) => {
        const scale = (plot.clientWidth / width) * (window.devicePixelRatio || 1);
        if (!(scale > 0)) return;
        const canvas = canvases[at];
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
        const pen = canvas.getContext("2d");
        const marks = stamps(scale);
        const places = data.maps[at];
        for (let token = 0; token < shown.length; token += 1) {
          if (!shown[token] || places[2 * token] < 0) continue;
          const mark = marks[data.label[token]];
          pen.drawImage(mark, (places[2 * token] * scale) / 10 - mark.width / 2,
            (places[2 * token + 1] * scale) / 10 - mark.height / 2);
        }
      });
    };

    const point = (token, at) => {
      current = token;
      rings.forEach((ring, other) => {
        const here = token >= 0 && data.maps[other][2 * token] >= 0;
        ring.setAttribute("visibility", here ? "visible" : "hidden");
        if (here) {
          const [x, y] = [data.maps[other][2 * token] / 10, data.maps[other][2 * token + 1] / 10];
          ring.setAttribute("transform", `translate(${x} ${y})`);
        }
      });
      if (token < 0) {
        kept = false;
        tip.hidden = true;
        return;
      }
      const name = document.createElement("strong");
      name.textContent = data.labels[data.label[token]];
      const list = document.createElement("dl");
      for (const [head, text] of hoverMaps.says(data, token)) {
        const [term, value] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = head;
        value.textContent = text;
        list.append(term, value);
      }
      tip.replaceChildren(name, list);
      tip.hidden = false;
      tip.classList.toggle("kept", kept);
      // Beside the token, on the side where there is room.
      const [frame, plot] = [box.getBoundingClientRect(), plots[at].getBoundingClientRect()];
      const x = plot.left - frame.left + (data.maps[at][2 * token] / 10 / width) * plot.width;
      const y = plot.top - frame.top + (data.maps[at][2 * token + 1] / 10 / height) * plot.height;
      const left = x + 16 + tip.offsetWidth < frame.width ? x + 16 : Math.max(4, x - 16 - tip.offsetWidth);
      tip.style.left = `${left}px`;
      tip.style.top = `${Math.max(4, Math.min(y - 20, frame.height - tip.offsetHeight - 4))}px`;
    };

    const filter = () => {
      shown = hoverMaps.visible(data, chosen, select ? Number(select.value) : -1);
      if (current >= 0 && !shown[current]) point(-1, 0);
      for (const part of box.querySelectorAll("svg [data-label]")) {
        part.classList.toggle("off", chosen.size > 0 && !chosen.has(Number(part.dataset.label)));
      }
      for (const button of buttons) button.setAttribute("aria-pressed", chosen.has(Number(button.dataset.label)));
      all.disabled = chosen.size === 0;
      const count = shown.filter(Boolean).length;
      output.textContent = count === shown.length ? `${count} tokens` : `${count} of ${shown.length} tokens`;
      draw();
    };

    const under = (plot, at, event, reach) => {
      const frame = plot.getBoundingClientRect();
      const scale = (10 * width) / frame.width;
      const [x, y] = [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
      return hoverMaps.nearest(data.maps[at], shown, x, y, reach * scale);
    };

    plots.forEach((plot, at) => {
      plot.addEventListener("pointermove", (event) => {
        if (event.pointerType === "touch" || kept) return;
        const token = under(plot, at, event, 14);
        if (token !== current) point(token, at);
      });
      plot.addEventListener("pointerleave", (event) => {
        if (event.pointerType !== "touch" && !kept) point(-1, at);
      });
      plot.addEventListener("click", (event) => {
        const token = under(plot, at, event, event.pointerType === "touch" ? 26 : 14);
        kept = token >= 0 && !(kept && token === current);
        point(token, at);
      });
      plot.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        const places = data.maps[at];
        if (step) {
          const begun = current >= 0 && places[2 * current] >= 0;
          point(begun ? hoverMaps.onward(places, shown, current, step[0], step[1])
            : hoverMaps.nearest(places, shown, 5 * width, 5 * height, Infinity), at);
        } else if (event.key === "Enter" && current >= 0) {
          kept = !kept;
          point(current, at);
        } else if (event.key === "Escape") point(-1, at);
        else return;
        event.preventDefault();
      });
      plot.addEventListener("blur", () => {
        if (!kept) point(-1, at);
      });
    });
    for (const button of buttons) {
      button.addEventListener("click", (event) => {
        const label = Number(button.dataset.label);
        const several = event.ctrlKey || event.metaKey || event.shiftKey;
        const had = chosen.has(label) && (several || chosen.size === 1);
        if (!several) chosen.clear();
        if (had) chosen.delete(label);
        else chosen.add(label);
        filter();
      });
    }
    all.addEventListener("click", () => {
      chosen.clear();
      filter();
    });
    if (select) {
      select.value = "-1"; // some browsers keep choices over a reload
      select.addEventListener("change", filter);
    }
    box.closest(".moving").classList.add("live");
    new ResizeObserver(draw).observe(plots[0]);
    draw();
  },
};
if (typeof document !== "undefined") document.querySelectorAll(".hover-maps").forEach(hoverMaps.start);
